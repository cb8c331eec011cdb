// A DynamoDB: dynalite, which was written by others, behind a door at which requests are counted, held up, or answered otherwise.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import dynalite from "dynalite";

/** What becomes of a request in place of dynalite's answer; `undefined` lets it through. */
export type Door = (request: IncomingMessage, response: ServerResponse) => undefined | "answered";

/** A running server. */
export interface DynamoDb {
  readonly port: number;
  readonly url: string;
  /** How many GetItem calls have come, whatever came of them. */
  readonly reads: number;
  /** The Authorization headers of these calls, in order. */
  readonly signatures: readonly string[];
  /** Milliseconds that every later request waits. */
  delay: number;
  /** Asked for each later GetItem, after the delay. */
  door: Door | undefined;
  /** Puts an item in DynamoDB's own notation. */
  put(table: string, item: Readonly<Record<string, object>>): Promise<void>;
  /** Refuses connections from now on, and breaks those that are open. */
  close(): Promise<void>;
}

/** Starts it on a free port, with tables of these names that have a string `id` for a key. */
export async function startDynamoDb(...tables: readonly string[]): Promise<DynamoDb> {
  // It need not listen itself: requests are handed to it.
  const behind = dynalite({ createTableMs: 0 });
  const signatures: string[] = [];
  let reads = 0;
  const server = createServer(async (request, response) => {
    const read = request.headers["x-amz-target"] === "DynamoDB_20120810.GetItem";
    if (read) {
      reads += 1;
      signatures.push(request.headers.authorization ?? "");
    }
    if (db.delay > 0) await sleep(db.delay);
    if (read && db.door?.(request, response) === "answered") return;
    behind.emit("request", request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const call = async (operation: string, body: object) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a",
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };
  const db: DynamoDb = {
    port,
    url,
    get reads() {
      return reads;
    },
    signatures,
    delay: 0,
    door: undefined,
    async put(table, item) {
      await call("PutItem", { TableName: table, Item: item });
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  for (const table of tables) {
    await call("CreateTable", {
      TableName: table,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    // It takes no items before.
    while (!(await call("DescribeTable", { TableName: table })).includes('"TableStatus":"ACTIVE"')) await sleep(1);
  }
  return db;
}
