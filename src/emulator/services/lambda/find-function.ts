// Finds the function and version that a call names.
import type { FunctionAlias, FunctionDocument, FunctionVersion } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import type { Call } from "../call.ts";
import type { RestCall } from "../rest-service.ts";
import { functionArn, readFunctionName } from "./names.ts";
import type { Transition } from "./settling.ts";

/** A function as a call means it. */
export interface FoundFunction {
  readonly document: FunctionDocument;
  /** `$LATEST`, or the version that was named or that the alias leads to. */
  readonly content: FunctionVersion;
  /** As the call gave it. */
  readonly qualifier: string | undefined;
  readonly transition: Transition | undefined;
}

/** The function that the path names, with the qualifier in it or in the query. */
export function findFunction(account: AccountState, call: RestCall): FoundFunction {
  const beside = call.query.get("Qualifier") ?? undefined;
  const { name, qualifier } = readFunctionName(call, call.path.FunctionName ?? "", beside);
  const document = account.store.functions.get(call.region, name);
  const content = document && versionOf(account, document, qualifier);
  if (!document || !content) throw functionNotFound(call, name, qualifier);
  return { document, content, qualifier, transition: account.settling.get(call.region, name) };
}

/** The same for operations on the function as such: a version is refused. */
export function findUnqualified(account: AccountState, call: RestCall): FoundFunction {
  const found = findFunction(account, call);
  if (found.qualifier === undefined) return found;
  throw new AwsError(
    "InvalidParameterValueException",
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
  );
}

/** One version of a function; undefined where it has none of that name. */
export function versionOf(
  account: AccountState,
  document: FunctionDocument,
  qualifier: string | undefined,
): FunctionVersion | undefined {
  const alias = qualifier === undefined ? undefined : aliasOf(document, qualifier);
  const version = alias?.functionVersion ?? qualifier;
  if (version === undefined || version === "$LATEST") return document.latest;
  const { region, functionName, id } = document;
  return account.store.functionVersions.get(region, functionName, id, version)?.content;
}

/** The version that an invocation goes to: of an alias with two versions, now the one and now the other. */
export function routedVersionOf(
  account: AccountState,
  document: FunctionDocument,
  qualifier: string | undefined,
): FunctionVersion | undefined {
  const second = qualifier === undefined ? undefined : aliasOf(document, qualifier)?.second;
  return versionOf(account, document, second && Math.random() < second.weight ? second.version : qualifier);
}

/** An alias of a function; undefined where it has none of that name. */
export function aliasOf({ aliases = {} }: FunctionDocument, name: string): FunctionAlias | undefined {
  // Callers name aliases, and may name what every object has.
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}

/** The refusal of a function or version that is not there. */
export function functionNotFound(call: Pick<Call, "region">, name: string, qualifier?: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Function not found: ${functionArn(call, name, qualifier)}`, {
    status: 404,
    style: "user-capital",
  });
}

/** For an operation's `resources`: the function's ARN, however it was named. */
export function functionResource(call: RestCall): readonly string[] {
  const beside = call.query.get("Qualifier") ?? undefined;
  const { name, qualifier } = readFunctionName(call, call.path.FunctionName ?? "", beside);
  return [functionArn(call, name, qualifier)];
}
