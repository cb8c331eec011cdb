// Reads a policy document as IAM does: what IAM would refuse is no policy here either.
import { listOf, type PolicyDocument } from "./policy.ts";

/** A document, or what is wrong with it in IAM's words for a `MalformedPolicyDocument`. */
export type ReadPolicy = { readonly document: PolicyDocument } | { readonly complaint: string };

const syntax = "Syntax errors in policy.";
const documentKeys = ["Version", "Id", "Statement"];
const statementKeys = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const versions = ["2012-10-17", "2008-10-17"];

/** Reads an identity-based policy. */
export function readPolicy(text: string): ReadPolicy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { complaint: "This policy contains invalid Json" };
  }
  const complaint = isRecord(document) ? complain(document) : syntax;
  return complaint === undefined ? { document: document as PolicyDocument } : { complaint };
}

function complain(document: Record<string, unknown>): string | undefined {
  const { Version, Statement } = document;
  if (!Object.keys(document).every((key) => documentKeys.includes(key))) return syntax;
  if (Version !== undefined && !versions.includes(String(Version))) return syntax;
  const statements = listOf(Statement);
  if (!statements.every(isRecord)) return syntax;
  if (statements.length === 0) return syntax;
  for (const statement of statements) {
    const wrong = complainOf(statement);
    if (wrong !== undefined) return wrong;
  }
  const sids = statements.flatMap(({ Sid }) => (Sid === undefined || Sid === "" ? [] : [Sid]));
  return new Set(sids).size < sids.length ? "Statement IDs (SID) in a single policy must be unique." : undefined;
}

function complainOf(statement: Record<string, unknown>): string | undefined {
  const { Sid, Effect, Condition } = statement;
  if ("Principal" in statement || "NotPrincipal" in statement) return "Policy document should not specify a principal.";
  if (!Object.keys(statement).every((key) => statementKeys.includes(key))) return syntax;
  if (Sid !== undefined && !(typeof Sid === "string" && /^[0-9A-Za-z]*$/.test(Sid))) {
    return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
  }
  if (Effect !== "Allow" && Effect !== "Deny") return syntax;
  const isCondition = isRecord(Condition) && Object.values(Condition).every(isRecord);
  if (Condition !== undefined && !isCondition) return syntax;
  return (
    complainOfOne(statement, ["Action", "NotAction"]) ??
    complainOfOne(statement, ["Resource", "NotResource"]) ??
    complainOfActions(listOf(statement.Action ?? statement.NotAction)) ??
    complainOfResources(listOf(statement.Resource ?? statement.NotResource))
  );
}

/** One of the two, and not both. */
function complainOfOne(statement: Record<string, unknown>, [name, not]: readonly [string, string]): string | undefined {
  if (name in statement && not in statement) return syntax;
  const values = listOf(statement[name] ?? statement[not]);
  if (values.length === 0) return `Policy statement must contain ${name.toLowerCase()}s.`;
  return values.every((value) => typeof value === "string") ? undefined : syntax;
}

function complainOfActions(actions: readonly unknown[]): string | undefined {
  for (const action of actions) {
    const [vendor = "", name, ...more] = String(action).split(":");
    if (action === "*") continue;
    if (name === undefined) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    if (more.length > 0) return "Actions/Condition can contain only one colon.";
    if (!/^[\w-]+$/.test(vendor)) return `Vendor ${vendor} is not valid`;
  }
  return undefined;
}

function complainOfResources(resources: readonly unknown[]): string | undefined {
  for (const resource of resources) {
    if (resource === "*") continue;
    const parts = String(resource).split(":");
    if (parts[0] !== "arn" || parts.length < 6) return `Resource ${resource} must be in ARN format or "*".`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
