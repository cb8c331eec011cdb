// The patterns that many rows share.
import type { Pattern } from "./pattern.ts";

/** An error body of the Runtime API or the Extensions API: these two keys, in this order. */
export const refused = (status: number, errorType: string, errorMessage: string): Pattern => ({
  status,
  headers: { "content-type": "application/json" },
  body: { $exactly: { errorMessage, errorType } },
});

/** What every accepted report is answered. */
export const accepted: Pattern = {
  status: 202,
  headers: { "content-type": "application/json" },
  body: '{"status":"OK"}\n',
};

/** A call that the runtime's state does not allow. */
export const runtimeTransition = (from: string, to: string): Pattern =>
  refused(
    403,
    "InvalidStateTransition",
    `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`,
  );

/** A call that an extension's state does not allow; `who` is its name, or a pattern for its identifier. */
export const extensionTransition = (who: string | { readonly $like: string }, from: string, to: string): Pattern => {
  const name = typeof who === "string" ? literally(who) : who.$like;
  const message = `^State transition from ${from} to ${to} failed for extension ${name}\\. Error: State transition is not allowed$`;
  return {
    ...{ status: 403, headers: { "content-type": "application/json" } },
    body: { $json: { errorType: "Extension.InvalidExtensionState", errorMessage: { $like: message } } },
  };
};

/** What an invoker gets of a function that worked. */
export const answered = (body: Pattern): Pattern => ({
  status: 200,
  headers: { "x-amz-function-error": { $absent: true }, "x-amz-executed-version": "$LATEST" },
  body,
});

/** What an invoker gets of an error of the platform's. */
export const platformError = (errorType: string, text: string): Pattern => ({
  status: 200,
  headers: { "x-amz-function-error": "Unhandled" },
  body: {
    $like: `^\\{"errorType":"${literally(errorType)}","errorMessage":"RequestId: [0-9a-f-]{36} Error: ${literally(text)}"\\}$`,
  },
});

/** What an invoker gets of a function that failed by its own word. */
export const functionError = (body: Pattern): Pattern => ({
  status: 200,
  headers: { "x-amz-function-error": "Unhandled" },
  body,
});

export const uuid: Pattern = { $like: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" };

/** A text in a regular expression. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
