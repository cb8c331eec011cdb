// The services of the query protocol: a form in, XML out.
import { authorize } from "../access/authorize.ts";
import { AwsError } from "../wire/aws-error.ts";
import { Form } from "../wire/form.ts";
import { xml } from "../wire/protocol.ts";
import { element, elements, type XmlValue } from "../wire/xml.ts";
import type { AccountState } from "./account-state.ts";
import type { Call } from "./call.ts";
import type { Service } from "./service.ts";

/** One operation. */
export interface QueryOperation {
  /** The ARNs that a policy must allow; `*` without. `none`: everybody may. */
  readonly resources?: "none" | ((form: Form, call: Call, account: AccountState) => readonly string[]);
  /** Condition keys of its own. */
  context?(form: Form): Readonly<Record<string, string>>;
  /** Gives back the members of the result; undefined for an operation without one. */
  handle(account: AccountState, form: Form, call: Call): QueryResult | Promise<QueryResult>;
}

/** The members of a result, in the order in which they are written. */
export type QueryResult = { readonly [name: string]: XmlValue } | undefined;

interface QueryServiceParts {
  /** As in IAM actions. */
  readonly name: string;
  readonly version: string;
  readonly account: AccountState;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

/** Puts operations together to a service. */
export function queryService({ name, version, account, operations }: QueryServiceParts): Service {
  const namespace = `https://${name}.amazonaws.com/doc/${version}/`;
  return {
    operations: Object.keys(operations),
    operationOf: ({ body }) => body && new Form(body).get("Action"),
    maxBodyBytes: 1024 * 1024,
    tooLarge: () => new AwsError("RequestEntityTooLarge", "The request is too large.", { status: 413 }),
    async handle(call) {
      const form = new Form(call.body);
      const operation = form.get("Action") ?? "";
      const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!found) {
        const text = `Could not find operation ${operation} for version ${form.get("Version")}: the local endpoint does not know it.`;
        throw new AwsError("InvalidAction", text);
      }
      const { principal, region } = call;
      const { resources: resourcesOf, handle } = found;
      if (resourcesOf !== "none") {
        authorize(account, {
          principal,
          region,
          action: `${name}:${operation}`,
          resources: () => resourcesOf?.(form, call, account) ?? ["*"],
          refusal: "AccessDenied",
          context: found.context?.(form) ?? {},
        });
      }
      const result = await handle(account, form, call);
      const content = result === undefined ? "" : element(`${operation}Result`, result);
      const metadata = elements({ ResponseMetadata: { RequestId: call.requestId } });
      return xml(200, `<${operation}Response xmlns="${namespace}">${content}${metadata}</${operation}Response>`);
    },
  };
}
