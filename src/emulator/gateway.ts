// Every request comes through here: who is it, what does it want, may it; then the service, and one answer.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import type { KeyRing } from "./access/credentials.ts";
import type { Principal } from "./access/principal.ts";
import { endWith } from "./end-with.ts";
import type { Call } from "./services/call.ts";
import type { Service } from "./services/service.ts";
import { unplayedService } from "./services/unplayed-service.ts";
import { AwsError } from "./wire/aws-error.ts";
import { readBody } from "./wire/body.ts";
import { checkOrigin, type Identity, identify, verify } from "./wire/checks.ts";
import { type Answer, errorAnswer, operationOf, type Protocol, protocolOf } from "./wire/protocol.ts";
import { sha256 } from "./wire/signature.ts";

/** What lies beside the AWS services, under paths of its own; undefined for a path that it doesn't know. */
export type SideDoor = (request: IncomingMessage, path: string) => Promise<Answer | undefined> | Answer | undefined;

interface GatewayParts {
  readonly keys: KeyRing;
  readonly services: Readonly<Record<string, Service>>;
  readonly sideDoor: SideDoor;
  readonly now: () => number;
  readonly warn: (message: string) => void;
  /** A call of this principal has begun; what it gives back is called when it has ended. */
  readonly begin: (principal: Principal, request: IncomingMessage) => () => void;
}

/** For services that we don't have: enough to read what the caller wanted, and to say so. */
const strangerBytes = 1024 * 1024;

/** Makes the listener of the HTTP server. */
export function createGateway(parts: GatewayParts): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = randomUUID();
    const where: { protocol: Protocol } = { protocol: protocolOf(undefined, request.headers) };
    answerRequest({ ...parts, request, requestId, where })
      .catch((error: unknown) => errorAnswer(where.protocol, refusalOf(error, parts.warn), requestId))
      .then((answer) => send(response, answer, requestId))
      .catch((error: unknown) => parts.warn(`An answer could not be sent: ${String(error)}`));
  };
}

interface Handling extends GatewayParts {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Set as soon as the protocol is known, for the refusals that follow. */
  readonly where: { protocol: Protocol };
}

async function answerRequest(handling: Handling): Promise<Answer> {
  const { request, requestId, where, services } = handling;
  const { method = "GET", url = "/", headers } = request;
  const cut = url.indexOf("?");
  const rawPath = cut < 0 ? url : url.slice(0, cut);
  const rawQuery = cut < 0 ? "" : url.slice(cut + 1);

  checkOrigin(headers);
  if (rawPath.startsWith("/_lambda-ext/")) {
    const answer = await handling.sideDoor(request, rawPath);
    return answer ?? { status: 404, body: "" };
  }
  const identity = identify(headers, handling.keys, (protocol) => (where.protocol = protocol));
  const { authorization } = identity;
  const service = Object.hasOwn(services, authorization.service) ? services[authorization.service] : undefined;
  const end = handling.begin(identity.key.principal, request);
  let streamed: Readable | undefined;
  try {
    const body = await readBody(request, service?.maxBodyBytes ?? strangerBytes);
    const { region } = authorization;
    const { principal } = identity.key;
    // Whoever has a key may know that; S3's clients sign in ways that only S3 understands.
    if (!service) {
      const asked = { method, rawPath, headers, body: body ?? Buffer.alloc(0) };
      throw unplayedService({
        ...{ service: authorization.service, principal },
        operation: operationOf(where.protocol, asked),
      });
    }
    if (!body) throw service.tooLarge({ method, rawPath });
    checkSignature(handling, { identity, method, rawPath, rawQuery, body });
    const answer = await service.handle({ requestId, principal, region, method, rawPath, rawQuery, headers, body });
    if (answer.body instanceof Readable) streamed = answer.body.once("close", end);
    return answer;
  } finally {
    if (!streamed) end();
  }
}

interface Arrived extends Pick<Call, "method" | "rawPath" | "rawQuery" | "body"> {
  readonly identity: Identity;
}

function checkSignature({ request, where, now }: Handling, { identity, body, ...arrived }: Arrived): void {
  const bodyHash = sha256(body);
  verify({ ...arrived, headers: request.headers, bodyHash }, identity, { protocol: where.protocol, now: now() });
}

function refusalOf(error: unknown, warn: (message: string) => void): AwsError {
  if (error instanceof AwsError) return error;
  if (isMachines(error)) {
    warn(`A request could not be carried out: ${error.message}`);
    // None of the statuses that clients try again after: the disk will be as full in a second.
    return new AwsError("LocalMachineRefused", `This machine refused: ${error.message}.`, {
      status: 507,
      cause: error,
    });
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  warn(`A request ended in a bug of lambda-ext: ${reason}`);
  const text = `The local endpoint failed: ${error instanceof Error ? error.message : String(error)}`;
  return new AwsError("InternalFailure", text, { status: 500, cause: error });
}

/** The operating system's own refusals (a full disk, a folder that became read-only), which are nobody's bug. */
function isMachines(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

/** Headers and body in one go, with a length: in two writes they would wait for each other. */
function send(response: ServerResponse, answer: Answer, requestId: string): void {
  if (answer.body instanceof Readable) {
    sendStream(response, { ...answer, body: answer.body }, requestId);
    return;
  }
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : (answer.body ?? Buffer.alloc(0));
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    "x-amzn-requestid": requestId,
    // 204 has no body and must not have a length.
    ...(answer.status !== 204 && { "content-length": String(body.length) }),
  });
  endWith(response, body);
}

/** The head at once, then whatever comes. */
function sendStream(response: ServerResponse, answer: Answer & { readonly body: Readable }, requestId: string): void {
  if (!response.destroyed) {
    response.writeHead(answer.status, { ...answer.headers, "x-amzn-requestid": requestId });
    response.flushHeaders();
  }
  // A caller that has gone needs no word; whoever fills the stream sees it closed.
  pipeline(answer.body, response, () => {});
}
