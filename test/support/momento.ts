// Momento's HTTP API, as its reference describes it: GET and PUT of /cache/{name}, with the key in the query and the token in a header.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request that had the right token. */
export interface MomentoRequest {
  readonly method: string;
  readonly key: string;
  /** Of a PUT. */
  readonly ttlSeconds: number | undefined;
}

/** What is answered in place of the truth: `hang` leaves the request waiting. */
export type MomentoFault = "hang" | "reset" | "garbage" | { readonly status: number; readonly body: string };

/** A running server. */
export interface Momento {
  readonly port: number;
  /** For MOMENTO_ENDPOINT. */
  readonly url: string;
  readonly requests: readonly MomentoRequest[];
  /** How many requests came with another token. */
  readonly refused: number;
  /** What is kept, by key. */
  readonly values: ReadonlyMap<string, Buffer>;
  /** Every later request meets it. */
  fault: MomentoFault | undefined;
  close(): Promise<void>;
}

/** Starts it on a free port, with one empty cache and one token. */
export async function startMomento({ cache, token }: { cache: string; token: string }): Promise<Momento> {
  const requests: MomentoRequest[] = [];
  const values = new Map<string, Buffer>();
  const expiries = new Map<string, number>();
  let refused = 0;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://momento");
    if (request.headers.authorization !== token) {
      refused += 1;
      return refuse(response, 401, "Invalid token");
    }
    const key = keyOf(searchParams);
    const ttl = searchParams.get("ttl_seconds");
    const method = request.method ?? "";
    requests.push({ method, key: key ?? "", ttlSeconds: ttl === null ? undefined : Number(ttl) });
    if (momento.fault) return give(momento.fault, response);
    if (pathname !== `/cache/${cache}`) return refuse(response, 404, "Cache not found");
    if (key === undefined) return refuse(response, 400, "Missing key");
    if (method === "PUT") {
      if (!/^[1-9][0-9]*$/.test(ttl ?? "")) return refuse(response, 400, "ttl_seconds must be a positive whole number");
      values.set(key, body);
      expiries.set(key, Date.now() + Number(ttl) * 1000);
      return response.writeHead(204).end();
    }
    if (method !== "GET") return refuse(response, 405, "Method not allowed");
    const value = (expiries.get(key) ?? 0) > Date.now() ? values.get(key) : undefined;
    if (!value) return refuse(response, 404, "Key not found");
    return response.writeHead(200, { "content-type": "application/octet-stream" }).end(value);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const momento: Momento = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    get refused() {
      return refused;
    },
    values,
    fault: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return momento;
}

function keyOf(query: URLSearchParams): string | undefined {
  const encoded = query.get("key_base64");
  return encoded === null ? (query.get("key") ?? undefined) : Buffer.from(encoded, "base64url").toString();
}

function refuse(response: ServerResponse, status: number, description: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ status, description }));
}

function give(fault: MomentoFault, response: ServerResponse): void {
  if (fault === "hang") return;
  if (fault === "reset") return void response.socket?.destroy();
  if (fault === "garbage") return void response.socket?.end("\u0000\u0001 this is not HTTP\r\n\r\n");
  refuse(response, fault.status, fault.body);
}
