// The services that speak JSON 1.1: the operation stands in X-Amz-Target, input and output are bodies.
import { authorize } from "../access/authorize.ts";
import { AwsError } from "../wire/aws-error.ts";
import { Input } from "../wire/input.ts";
import type { AccountState } from "./account-state.ts";
import type { Call } from "./call.ts";
import type { Service } from "./service.ts";

/** One operation. */
export interface JsonOperation {
  /** The ARNs that a policy must allow; `*` without. */
  resources?(input: Input, call: Call, account: AccountState): readonly string[];
  handle(account: AccountState, input: Input, call: Call): Promise<object | undefined> | object | undefined;
}

interface JsonServiceParts {
  /** As in IAM actions. */
  readonly name: string;
  readonly account: AccountState;
  readonly operations: Readonly<Record<string, JsonOperation>>;
}

/** Puts operations together to a service. */
export function jsonService({ name, account, operations }: JsonServiceParts): Service {
  return {
    operations: Object.keys(operations),
    operationOf: operationIn,
    maxBodyBytes: 2 * 1024 * 1024,
    tooLarge: () => new AwsError("RequestEntityTooLargeException", "The request is too large.", { status: 413 }),
    async handle(call) {
      const operation = operationIn(call) ?? "";
      const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!found) throw unknownOperation(name, operation);
      const input = Input.parse(call.body);
      const { principal, region } = call;
      const resources = () => found.resources?.(input, call, account) ?? ["*"];
      const action = `${name}:${operation}`;
      authorize(account, { principal, region, action, resources, refusal: "AccessDeniedException" });
      const output = await found.handle(account, input, call);
      const headers = { "content-type": "application/x-amz-json-1.1" };
      return { status: 200, headers, body: output === undefined ? "" : JSON.stringify(output) };
    },
  };
}

function operationIn({ headers }: Pick<Call, "headers">): string | undefined {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? target.split(".").at(-1) : undefined;
}

/** The refusal of what the endpoint does not play. */
export function unknownOperation(service: string, operation: string): AwsError {
  const what = operation === "" ? "this request" : `the operation ${operation}`;
  return new AwsError("UnknownOperationException", `The local endpoint does not know ${what} of ${service}.`, {
    style: "bare",
  });
}
