// The wire protocols of AWS, and what an error looks like in each.
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { AwsError } from "./aws-error.ts";
import { element, elements } from "./xml.ts";

/** How a service speaks. */
export type Protocol = "rest-json" | "json-1.0" | "json-1.1" | "query" | "ec2" | "rest-xml";

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, without a length; it is destroyed where the caller goes away. */
  readonly body?: string | Buffer | Readable;
}

/** The services that people's tools may turn to here, whether we know them or not: a refusal must be one that they can read. */
const protocols: Readonly<Record<string, Protocol>> = {
  account: "rest-json",
  lambda: "rest-json",
  logs: "json-1.1",
  ssm: "json-1.1",
  iam: "query",
  sts: "query",
  secretsmanager: "json-1.1",
  kms: "json-1.1",
  events: "json-1.1",
  dynamodb: "json-1.0",
  sqs: "json-1.0",
  sns: "query",
  cloudformation: "query",
  ec2: "ec2",
  s3: "rest-xml",
};

/** The protocol of a request: its service's, else what its headers look like. */
export function protocolOf(service: string | undefined, headers: IncomingHttpHeaders): Protocol {
  const known = service !== undefined && Object.hasOwn(protocols, service) ? protocols[service] : undefined;
  if (known) return known;
  if (headers["x-amz-target"] !== undefined) return "json-1.1";
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ? "query" : "rest-json";
}

/** Which operation a request asks for, as far as its outside tells. */
export function operationOf(protocol: Protocol, request: UnreadRequest): string {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1) ?? target;
  if (protocol === "query" || protocol === "ec2")
    return new URLSearchParams(request.body.toString("utf8")).get("Action") ?? "";
  return `${request.method} ${request.rawPath}`;
}

interface UnreadRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An error as an answer in the caller's protocol. */
export function errorAnswer(protocol: Protocol, error: AwsError, requestId: string): Answer {
  switch (protocol) {
    case "query":
      return xml(error.status, element("ErrorResponse", { Error: describe(error), RequestId: requestId }));
    case "ec2": {
      const errors = `<Errors>${element("Error", { Code: error.code, Message: error.message })}</Errors>`;
      return xml(error.status, `<Response>${errors}${element("RequestID", requestId)}</Response>`);
    }
    case "rest-xml": {
      const members = { Code: error.code, Message: error.message, ...(error.fields as Record<string, string>) };
      const { status, body, headers } = xml(
        error.status,
        `<Error>${elements({ ...members, RequestId: requestId })}</Error>`,
      );
      return { status, body: body ?? "", headers: { ...headers, ...error.headers } };
    }
    case "rest-json":
      return {
        status: error.status,
        headers: { ...error.headers, "content-type": "application/json", "x-amzn-errortype": error.code },
        body: JSON.stringify(lambdaBody(error)),
      };
    default:
      return {
        status: error.status,
        headers: { "content-type": `application/x-amz-${protocol}`, "x-amzn-errortype": error.code },
        body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
      };
  }
}

/** An XML answer. */
export function xml(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/xml" }, body };
}

/** A JSON answer of rest-json. */
export function json(status: number, body: object): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function describe(error: AwsError): { Type: string; Code: string; Message: string } {
  return { Type: error.status >= 500 ? "Receiver" : "Sender", Code: error.code, Message: error.message };
}

/** Recorded answers of AWS: `Message` for what was not found, no `Type` for what the model itself forbids. */
function lambdaBody(error: AwsError): object {
  if (error.style === "bare") return { message: error.message, ...error.fields };
  const type = error.status >= 500 ? "Service" : "User";
  if (error.style === "user-capital") return { Type: type, Message: error.message, ...error.fields };
  return { Type: type, message: error.message, ...error.fields };
}
