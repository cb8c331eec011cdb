// Turns what the SDK throws into errors for a person: what was being done, what went wrong, and what to do next.
import { LambdaExtError, remoteError } from "../model/errors.ts";
import { hiddenValue } from "../model/hidden.ts";
import { printable } from "../model/printable.ts";
import type { Target } from "../model/target.ts";
import { connectionTrouble } from "./network-errors.ts";
import { refusal } from "./refusals.ts";
import { type Explanation, readSdkError, type SdkError } from "./sdk-error.ts";

/** What a call is for, in words that follow "Could not". */
export interface Purpose {
  /** E.g. `publish layer demo-arm64 in eu-west-1`. */
  readonly doing: string;
  readonly region: string;
  /** What the request carries and nobody may read: AWS repeats some of it in its refusals. */
  readonly secrets?: readonly string[];
  /** What to do where nobody knows whether the call took effect; to run the command again, where that is safe. */
  readonly whenLost?: string;
  /** What to do about a permission that is missing. */
  readonly whenDenied?: string | undefined;
}

/** The error for a person; one that is ours already stays as it is. */
export function translateError(thrown: unknown, purpose: Purpose, target: Target): LambdaExtError {
  if (thrown instanceof LambdaExtError) return thrown;
  const error = readSdkError(thrown);
  const explanation = connectionTrouble(error, target) ?? unreadable(error) ?? refusal(error, { ...purpose, target });
  const hide = (text: string) => hideSecrets(text, purpose.secrets);
  const why = hide(explanation.why);
  // Whoever answers chooses these words, and a terminal obeys some of them.
  return remoteError(printable(`Could not ${purpose.doing}: ${why}`), {
    code: printable(explanation.code),
    hint: explanation.code === "ConnectionLost" ? (purpose.whenLost ?? explanation.hint) : explanation.hint,
    cause: withoutSecrets(thrown, hide),
  });
}

/**
 * What is in a request and must not be shown: where a signature is wrong, AWS repeats the headers that it should have been made over, with the
 * session token among them.
 */
const inRequests = /(x-amz-(?:security-token|signature)["'\\]*\s*[:=]\s*["'\\]*)[^\s"'\\&,;]+/gi;

/** As they stand, and as they stand inside JSON; longer ones first, since one may be a part of another. */
function hideSecrets(text: string, secrets: readonly string[] = []): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return forms
    .filter((form) => form.length > 1)
    .sort((a, b) => b.length - a.length)
    .reduce((hidden, form) => hidden.replaceAll(form, hiddenValue), text)
    .replace(inRequests, `$1${hiddenValue}`);
}

/** --verbose shows the cause: one that holds secrets gives way to one that doesn't and says the same of everything else. */
function withoutSecrets(thrown: unknown, hide: (text: string) => string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, stack = "" } = thrown;
  // What a parser stumbled over is shown in parts, in which nothing can be found.
  const said = name === "SyntaxError" ? "The answer could not be read." : hide(message);
  if (said === message && hide(stack) === stack) return thrown;
  const { code, Reason, $metadata } = thrown as Error & { code?: unknown; Reason?: unknown; $metadata?: unknown };
  const at = stack.indexOf("\n    at ");
  const cause = Object.assign(new Error(said), { name, code, Reason, $metadata });
  cause.stack = `${name}: ${said}${at < 0 ? "" : hide(stack.slice(at))}`;
  return cause;
}

/** For an answer that arrived and lacks what AWS always says. */
export function unreadableAnswer(purpose: Purpose): LambdaExtError {
  return remoteError(printable(`Could not ${purpose.doing}: the answer is not one of AWS.`), {
    code: "UnreadableAnswer",
    hint: notAws,
  });
}

/** Whether an error of ours says that AWS refused with this name, e.g. `ResourceNotFoundException`. */
export function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof LambdaExtError && names.includes(error.code);
}

/** Whether a request may have taken effect although it failed: it was sent, and no refusal came back. */
export function mayHaveHappened(error: unknown): boolean {
  return isRefusal(error, "ConnectionLost", "UnreadableAnswer", "ServiceError");
}

/** Whether the SDK had sent the refused request before: then an earlier attempt may be what this one met. */
export function wasRepeated(error: unknown): boolean {
  return error instanceof LambdaExtError && readSdkError(error.cause).attempts > 1;
}

const notAws =
  "Something between here and AWS answered in its place: a proxy, a captive portal, or a wrong --endpoint-url.";

function unreadable({ name, message, status }: SdkError): Explanation | undefined {
  // HTML where JSON or XML was due: the JSON services throw a SyntaxError, the XML ones an error without a name.
  const nameless = name === "Unknown" || name === "UnknownError";
  if (name !== "SyntaxError" && !nameless && !message.includes("Deserialization error")) return undefined;
  const said = status === undefined ? "" : ` (HTTP ${status})`;
  return { code: "UnreadableAnswer", why: `the answer is not one of AWS${said}.`, hint: notAws };
}
