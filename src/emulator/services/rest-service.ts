// The services of rest-json: the operation is a method and a path, members stand in the path, the query, headers and the body.
import { authorize } from "../access/authorize.ts";
import { AwsError } from "../wire/aws-error.ts";
import type { Answer } from "../wire/protocol.ts";
import type { AccountState } from "./account-state.ts";
import type { Call } from "./call.ts";
import { unknownOperation } from "./json-service.ts";

/** A call with what its route took out of it. */
export interface RestCall extends Call {
  /** Members in the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One operation. */
export interface RestOperation {
  /** AWS's name. */
  readonly name: string;
  /** e.g. `GET /2018-10-31/layers/{LayerName}/versions`. */
  readonly route: string;
  /** A parameter that the query must have with this value: two operations share one path. */
  readonly when?: { readonly parameter: string; readonly value: string };
  /** The IAM action where it is not called as the operation. */
  readonly action?: string;
  /** The ARNs that a policy must allow; `*` without. */
  resources?(call: RestCall): readonly string[];
  handle(account: AccountState, call: RestCall): Answer | Promise<Answer>;
}

interface RouterParts {
  /** As in IAM actions. */
  readonly service: string;
  readonly account: AccountState;
  readonly operations: readonly RestOperation[];
  /** Names and routes of those that are not played, for refusals. */
  readonly unplayed: Readonly<Record<string, string>>;
}

interface Route {
  readonly name: string;
  /** undefined for one that is not played. */
  readonly operation: RestOperation | undefined;
  readonly method: string;
  /** A literal, or undefined with a name. */
  readonly parts: readonly { readonly literal?: string; readonly name?: string }[];
}

/** Finds and runs operations. */
export class RestRouter {
  private readonly service: string;
  private readonly account: AccountState;
  private readonly routes: readonly Route[];

  constructor({ service, account, operations, unplayed }: RouterParts) {
    this.service = service;
    this.account = account;
    this.routes = [
      ...operations.map((operation) => compile(operation.name, operation.route, operation)),
      ...Object.entries(unplayed).map(([name, route]) => compile(name, route)),
    ];
  }

  /** @throws AwsError also where there is no such operation. */
  async handle(call: Call): Promise<Answer> {
    const query = new URLSearchParams(call.rawQuery);
    const found = this.find(call, query);
    if (!found?.operation) throw unknownOperation(this.service, found?.name ?? `${call.method} ${call.rawPath}`);
    return this.run(found.operation, { ...call, path: found.path, query });
  }

  /** The operation that a request asks for; undefined where there is none. */
  nameOf(request: {
    readonly method: string;
    readonly rawPath: string;
    readonly rawQuery?: string;
  }): string | undefined {
    return this.find(request, new URLSearchParams(request.rawQuery))?.name;
  }

  /** Of all operations, those too that are not played. */
  get names(): readonly string[] {
    return this.routes.map(({ name }) => name);
  }

  private find({ method, rawPath }: { readonly method: string; readonly rawPath: string }, query: URLSearchParams) {
    // Botocore sends a slash at the end of some paths.
    const parts = rawPath.replace(/\/$/, "").split("/").slice(1).map(decode);
    for (const { name, operation, method: wantedMethod, parts: wanted } of this.routes) {
      if (wantedMethod !== method || wanted.length !== parts.length) continue;
      const path = match(wanted, parts);
      const when = operation?.when;
      if (path && (!when || query.get(when.parameter) === when.value)) return { name, operation, path };
    }
    return undefined;
  }

  private run(operation: RestOperation, call: RestCall): Answer | Promise<Answer> {
    const { principal, region } = call;
    const resources = () => operation.resources?.(call) ?? ["*"];
    const action = operation.action ?? `${this.service}:${operation.name}`;
    authorize(this.account, { principal, region, action, resources, refusal: "AccessDeniedException" });
    return operation.handle(this.account, call);
  }
}

function compile(name: string, route: string, operation?: RestOperation): Route {
  const [method = "", path = ""] = route.split(" ");
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => (part.startsWith("{") ? { name: part.slice(1, -1) } : { literal: part }));
  return { name, operation, method, parts };
}

function match(wanted: Route["parts"], parts: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, { literal, name }] of wanted.entries()) {
    const part = parts[index] ?? "";
    if (literal !== undefined && literal !== part) return undefined;
    if (name !== undefined) found[name] = part;
  }
  return found;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new AwsError("ValidationException", `The path's part ${part} is not percent-encoded.`, {
      style: "bare",
      cause,
    });
  }
}
