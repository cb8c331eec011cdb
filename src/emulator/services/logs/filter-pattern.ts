// Filter patterns of unstructured terms: all must be there, none that is excluded, one of those that are optional.
import { AwsError } from "../../wire/aws-error.ts";

interface Terms {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly excluded: readonly string[];
}

/**
 * Reads a pattern such as `ERROR "out of memory" -retry ?a ?b` to a test of messages.
 * @throws AwsError for the patterns that look into JSON, fields or regular expressions, which the local endpoint does not play.
 */
export function readFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (/^[{[%]/.test(text)) {
    throw new AwsError(
      "InvalidParameterException",
      "The local endpoint plays filter patterns of terms alone, not of JSON, fields or regular expressions.",
    );
  }
  const { required, optional, excluded } = readTerms(text);
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    // Optional terms count only where nothing is required, as the user guide says.
    (required.length > 0 || optional.length === 0 || optional.some((term) => message.includes(term)));
}

function readTerms(text: string): Terms {
  const terms = { required: [] as string[], optional: [] as string[], excluded: [] as string[] };
  const form = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;
  while (form.lastIndex < text.length) {
    const match = form.exec(text);
    if (!match) throw new AwsError("InvalidParameterException", "Invalid filter pattern");
    const [, sign, quoted, bare = ""] = match;
    const term = quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1");
    terms[sign === "-" ? "excluded" : sign === "?" ? "optional" : "required"].push(term);
  }
  return terms;
}
