// An HTTP server that behaves as badly as a test wants: throttles, loses answers, speaks HTML, or never answers.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connection, connect } from "../../src/aws/connection.ts";
import type { Pace } from "../../src/aws/pace.ts";
import type { Target } from "../../src/model/target.ts";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** From the signature's scope. */
  readonly region: string;
  readonly body: Buffer;
}

/** What to answer; `reset` closes the connection, `hang` never answers. */
export type Answer =
  | "reset"
  | "hang"
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer | object };

/** The server, with all that it has seen. */
export interface FaultServer {
  readonly url: string;
  readonly target: Target;
  readonly seen: readonly SeenRequest[];
  connect(options?: { signal?: AbortSignal; pace?: Pace; attempts?: number }): Connection;
  close(): Promise<void>;
}

/** Starts a server that answers every request by this function. */
export async function startFaultServer(
  answer: (request: SeenRequest) => Answer | Promise<Answer>,
): Promise<FaultServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const url = new URL(message.url ?? "/", "http://127.0.0.1");
    const request: SeenRequest = {
      method: message.method ?? "",
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: message.headers,
      region: /Credential=[^/]+\/\d+\/([^/]+)\//.exec(message.headers.authorization ?? "")?.[1] ?? "",
      body: Buffer.concat(chunks),
    };
    seen.push(request);
    give(await answer(request), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target: Target = {
    region: "eu-west-1",
    endpoint: url,
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  };
  return {
    url,
    target,
    seen,
    connect: (options = {}) => connect(target, { signal: new AbortController().signal, ...options }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function give(answer: Answer, response: ServerResponse): void {
  if (answer === "hang") return;
  if (answer === "reset") return void response.socket?.destroy();
  const { status, headers = {}, body = "" } = answer;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

/** AWS's JSON refusal. */
export function refuse(status: number, name: string, message: string): Answer {
  return { status, headers: { "x-amzn-errortype": name }, body: { Type: "User", message } };
}

/** What a proxy says that cannot reach AWS. */
export const htmlBadGateway: Answer = {
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
};

/** Time that passes when somebody waits for it. */
export function fastPace(): Pace & { readonly pauses: readonly number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    async pause(milliseconds, signal) {
      signal.throwIfAborted();
      now += milliseconds;
      pauses.push(milliseconds);
    },
  };
}
