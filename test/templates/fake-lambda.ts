// What an extension sees of Lambda and of Parameter Store: one server that answers for both.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Scope, verifySignature } from "./signature.ts";

/** A request as it came. */
export interface Call {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A call of Parameter Store; only those that are signed properly get here. */
interface ParameterCall extends Call {
  readonly scope: Scope;
  /** Counted from 1. */
  readonly number: number;
}

/** Answers a call of Parameter Store; does nothing to leave it waiting. */
export type ParameterStore = (call: ParameterCall, response: ServerResponse) => void;

/** The server. */
export interface FakeLambda {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly runtimeApi: string;
  readonly url: string;
  readonly calls: readonly Call[];
  /** Resolves when the extension asks for its first event: its INIT is over. */
  readonly initialised: Promise<void>;
  /** Resolves when the extension has asked for events this often. */
  asked(times: number): Promise<void>;
  /** Answers the call for the next event. */
  answerNext(status: number, body: object): void;
  close(): Promise<void>;
}

/** The credentials that it knows. */
export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "a-secret-that-no-log-may-hold",
  sessionToken: "a-token-that-no-log-may-hold",
};

/** The identifier that it gives out. */
export const extensionId = "6f1f6b57-7a7e-4f1c-9a53-0d9f0c6f4c11";

interface FakeOptions {
  /** Leaves every call waiting where there is none. */
  readonly parameterStore?: ParameterStore | undefined;
  /** The status of the answer to register. */
  readonly registerStatus?: number | undefined;
}

/** Starts the server on a free port. */
export async function startFakeLambda({ parameterStore, registerStatus = 200 }: FakeOptions = {}): Promise<FakeLambda> {
  const calls: Call[] = [];
  let parameterCalls = 0;
  let pendingNext: ServerResponse | undefined;
  let timesAsked = 0;
  let waiting: { readonly times: number; readonly resolve: () => void }[] = [];
  const asked = (times: number) =>
    new Promise<void>((resolve) => {
      if (timesAsked >= times) resolve();
      else waiting.push({ times, resolve });
    });

  const server = createServer(async (request, response) => {
    const bytes = await buffer(request);
    const call = { path: request.url ?? "", headers: request.headers, body: bytes.toString() };
    calls.push(call);
    if (call.path === "/2020-01-01/extension/register") {
      response.setHeader("Lambda-Extension-Identifier", extensionId);
      answer(response, registerStatus, {
        functionName: "orders",
        functionVersion: "$LATEST",
        handler: "index.handler",
      });
    } else if (call.path === "/2020-01-01/extension/event/next") {
      pendingNext = response;
      timesAsked += 1;
      for (const { times, resolve } of waiting) if (timesAsked >= times) resolve();
      waiting = waiting.filter(({ times }) => timesAsked < times);
    } else if (call.path === "/") {
      const scope = await verifySignature(request, bytes, credentials);
      if (!scope) return refuse(response, "InvalidSignatureException", "The signature does not match.");
      parameterCalls += 1;
      parameterStore?.({ ...call, scope, number: parameterCalls }, response);
    } else {
      answer(response, 202, { status: "OK" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const runtimeApi = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    runtimeApi,
    url: `http://${runtimeApi}`,
    calls,
    initialised: asked(1),
    asked,
    answerNext: (status, body) => pendingNext && answer(pendingNext, status, body),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Refuses as SSM does. */
export function refuse(response: ServerResponse, code: string, message: string): void {
  answer(response, 400, { __type: code, message });
}
