// The policy that the user has, where the endpoint was told one: a file that may change while it runs.
import { readFileSync } from "node:fs";
import { usageError } from "../../model/errors.ts";
import { AwsError } from "../wire/aws-error.ts";
import type { PolicyDocument } from "./policy.ts";
import { type ReadPolicy, readPolicy } from "./read-policy.ts";

/** Whether the source is the document itself rather than the name of its file. */
export function isDocument(source: string): boolean {
  return source.trimStart().startsWith("{");
}

/**
 * Looks whether there is a policy to be enforced, before anything is started.
 * @param source the absolute path of a file, or the document itself; empty for none.
 * @throws LambdaExtError `NoSuchFile`, `MalformedPolicyDocument`.
 */
export function checkUserPolicy(source: string): void {
  if (source === "") return;
  const text = readSource(source);
  if (text === undefined) {
    throw usageError(`The policy ${source} cannot be read.`, {
      code: "NoSuchFile",
      hint: "--enforce-iam takes the JSON file of an IAM policy, or none.",
    });
  }
  const read = readPolicy(text);
  if ("document" in read) return;
  const where = isDocument(source) ? "The user's policy" : `The policy ${source}`;
  throw usageError(`${where} is none that IAM would take: ${read.complaint}`, {
    code: "MalformedPolicyDocument",
    hint: 'It begins like {"Version":"2012-10-17","Statement":[…]}. `lambda-ext iam-policy COMMAND` prints one.',
  });
}

/** Gives the user's policy as it is now; undefined where nothing is enforced. What gives it throws an AwsError once it is none any more. */
export function openUserPolicy(source: string): () => PolicyDocument | undefined {
  if (source === "") return () => undefined;
  let known: { readonly text: string; readonly read: ReadPolicy } | undefined;
  return () => {
    const text = readSource(source);
    if (text === undefined) throw unusable(`${source} cannot be read any more.`);
    if (known?.text !== text) known = { text, read: readPolicy(text) };
    if ("complaint" in known.read) throw unusable(known.read.complaint);
    return known.read.document;
  };
}

function readSource(source: string): string | undefined {
  if (isDocument(source)) return source;
  try {
    return readFileSync(source, "utf8");
  } catch {
    return undefined;
  }
}

/** Who enforces a policy that is none lets nothing through. */
function unusable(why: string): AwsError {
  return new AwsError("MalformedPolicyDocument", `The local endpoint enforces a policy that is none: ${why}`, {
    status: 400,
  });
}
