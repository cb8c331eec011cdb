// Every request comes through here: who is it, what does it want, may it; then the service, and one answer.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import type { KeyRing } from "./access/credentials.ts";
import type { Principal } from "./access/principal.ts";
import { endWith } from "./end-with.ts";
import type { FaultBook } from "./faults/fault-book.ts";
import { faultHeader } from "./faults/fault-header.ts";
import type { Meeting } from "./faults/fault-set.ts";
import { broken, hangUp, isCutOff, type Reply, withFaults } from "./faults/strike.ts";
import type { Call } from "./services/call.ts";
import type { Service } from "./services/service.ts";
import { unplayedService } from "./services/unplayed-service.ts";
import { AwsError } from "./wire/aws-error.ts";
import { readBody } from "./wire/body.ts";
import { checkOrigin, type Identity, identify, verify } from "./wire/checks.ts";
import { type Answer, errorAnswer, operationOf, type Protocol, protocolOf } from "./wire/protocol.ts";
import { chunkSigner, sha256 } from "./wire/signature.ts";

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
  /** What becomes of calls on a bad day. */
  readonly faults: FaultBook;
  /** Aborts when the endpoint ends. */
  readonly closing: AbortSignal;
}

/** For services that we don't have: enough to read what the caller wanted, and to say so. */
const strangerBytes = 1024 * 1024;

/** Makes the listener of the HTTP server. */
export function createGateway(parts: GatewayParts): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = randomUUID();
    const where: { protocol: Protocol } = { protocol: protocolOf(undefined, request.headers) };
    answerRequest({ ...parts, request, requestId, where })
      .catch((error: unknown) => ({ answer: errorAnswer(where.protocol, refusalOf(error, parts.warn), requestId) }))
      .then((reply: Reply) => {
        if (!reply.answer) hangUp(request);
        else if (reply.cut) sendHalf(response, reply.answer, requestId);
        else send(response, reply.answer, requestId);
      })
      .catch((error: unknown) => parts.warn(`An answer could not be sent: ${String(error)}`));
  };
}

interface Handling extends GatewayParts {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Set as soon as the protocol is known, for the refusals that follow. */
  readonly where: { protocol: Protocol };
}

async function answerRequest(handling: Handling): Promise<Reply> {
  const { request, requestId, where, services } = handling;
  const { method = "GET", url = "/", headers } = request;
  const cut = url.indexOf("?");
  const rawPath = cut < 0 ? url : url.slice(0, cut);
  const rawQuery = cut < 0 ? "" : url.slice(cut + 1);

  checkOrigin(headers);
  if (rawPath.startsWith("/_lambda-ext/")) {
    const answer = await handling.sideDoor(request, rawPath);
    return { answer: answer ?? { status: 404, body: "" } };
  }
  const identity = identify(headers, handling.keys, (protocol) => (where.protocol = protocol));
  const { authorization } = identity;
  const service = Object.hasOwn(services, authorization.service) ? services[authorization.service] : undefined;
  const end = handling.begin(identity.key.principal, request);
  let streamed: Readable | undefined;
  try {
    const found: Found = { identity, service, method, rawPath, rawQuery };
    // A form names its operation; everybody else does so outside of the body, and need not send all of it to be cut off.
    const isForm = where.protocol === "query" || where.protocol === "ec2";
    const early = isForm ? undefined : meetFaults(handling, found);
    if (early && (await isCutOff(handling, early))) return broken;
    const streams = service?.streams === true;
    const body = streams ? Buffer.alloc(0) : await readBody(request, service?.maxBodyBytes ?? strangerBytes);
    // Whoever has a key may know that; S3's clients sign in ways that only S3 understands.
    if (!service) {
      const asked = { method, rawPath, headers, body: body ?? Buffer.alloc(0) };
      throw unplayedService({
        ...{ service: authorization.service, principal: identity.key.principal },
        operation: operationOf(where.protocol, asked),
      });
    }
    if (!body) throw service.tooLarge({ method, rawPath });
    const meeting = early ?? meetFaults(handling, { ...found, body });
    if (!early && (await isCutOff(handling, meeting))) return broken;
    checkSignature(handling, { identity, method, rawPath, rawQuery, body: streams ? undefined : body });
    const { region } = authorization;
    const { principal } = identity.key;
    const sign = chunkSigner(request, authorization, identity.key.secretAccessKey);
    const payload = streams && { payload: { stream: request, sign } };
    const call = { requestId, principal, region, method, rawPath, rawQuery, headers, body, ...payload };
    const work = () => service.handle(call);
    const reply = await withFaults(meeting, { service: authorization.service, closing: handling.closing, work });
    const { answer } = reply;
    if (answer?.body instanceof Readable) streamed = answer.body.once("close", end);
    return reply;
  } finally {
    if (!streamed) end();
  }
}

/** What is known of a request once its headers have been read. */
interface Found extends Pick<Call, "method" | "rawPath" | "rawQuery"> {
  readonly identity: Identity;
  readonly service: Service | undefined;
}

function meetFaults({ request, faults }: Handling, found: Found & { readonly body?: Buffer }): Meeting {
  const { headers } = request;
  const { authorization, key } = found.identity;
  return faults.meet(headers[faultHeader], () => ({
    region: authorization.region,
    service: authorization.service,
    operation: found.service?.operationOf({ ...found, headers }) ?? "",
    from: key.principal.kind === "user" ? "user" : "environments",
  }));
}

interface Arrived extends Pick<Call, "method" | "rawPath" | "rawQuery"> {
  readonly identity: Identity;
  /** Undefined where it has not arrived: then it is what the signed header says, or whoever reads it finds out. */
  readonly body: Buffer | undefined;
}

function checkSignature({ request, where, now }: Handling, { identity, body, ...arrived }: Arrived): void {
  const bodyHash = body ? sha256(body) : String(request.headers["x-amz-content-sha256"]);
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
    // 204 has no body and must not have a length; an answer to HEAD has the length of the body that it leaves out.
    ...(answer.status !== 204 && { "content-length": answer.headers?.["content-length"] ?? String(body.length) }),
  });
  endWith(response, body);
}

/** Head and half of the body, for a client that was promised all of it. */
function sendHalf(response: ServerResponse, { status, headers, body = "" }: Answer, requestId: string): void {
  const bytes = Buffer.from(body as string | Buffer);
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, "x-amzn-requestid": requestId, "content-length": String(bytes.length) });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
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
