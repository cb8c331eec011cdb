// Writes answers: always one writeHead and one end with a length, so that headers and body leave in one packet.
import type { ServerResponse } from "node:http";
import type { Refusal } from "./refusal.ts";

/** Answers with headers and a body. */
export function send(
  response: ServerResponse,
  status: number,
  { headers, body }: { headers: Readonly<Record<string, string | number>>; body: string | Buffer },
): void {
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

/** Answers with JSON, closed by a newline as AWS's core does. */
export function sendJson(
  response: ServerResponse,
  status: number,
  { document, headers }: { document: unknown; headers?: Readonly<Record<string, string>> },
): void {
  send(response, status, {
    headers: { "Content-Type": "application/json", ...headers },
    body: `${JSON.stringify(document)}\n`,
  });
}

/** 202, what every accepted report is answered. */
export function sendAccepted(response: ServerResponse): void {
  sendJson(response, 202, { document: { status: "OK" } });
}

/** Says no, in AWS's shape. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const { status, errorMessage, errorType } = refusal;
  sendJson(response, status, { document: { errorMessage, errorType } });
}

/** What AWS's router answers where there is no such route. */
export function sendNotFound(response: ServerResponse): void {
  send(response, 404, { headers: { "Content-Type": "text/plain; charset=utf-8" }, body: "404 page not found\n" });
}
