// With whom a layer version is shared, beside the account that owns it.
import { usageError } from "./errors.ts";

/** Somebody who may use a layer version: `public` for everybody, an account's twelve digits, or an organization's `o-…`. */
export type Grantee = string;

/** Everybody. */
export const everybody: Grantee = "public";

/** Lambda's service model: an account, or an organization. */
export const granteePattern = /^(public|\d{12}|o-[a-z0-9]{10,32})$/;

/**
 * The same grantees in one order, each once: everybody, then accounts, then organizations.
 * @throws usageError for a word that is none of them.
 */
export function readGrantees(words: readonly string[]): readonly Grantee[] {
  for (const word of words) {
    if (granteePattern.test(word)) continue;
    throw usageError(`A layer can't be shared with ${JSON.stringify(word)}.`, {
      code: "InvalidGrantee",
      hint: "An account is twelve digits, an organization looks like o-a1b2c3d4e5, and --public means everybody.",
    });
  }
  const rank = (grantee: Grantee) => (grantee === everybody ? 0 : isOrganization(grantee) ? 2 : 1);
  return [...new Set(words)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Whether it is an organization. */
export function isOrganization(grantee: Grantee): boolean {
  return grantee.startsWith("o-");
}

/** A grantee in a sentence: `everybody`, `account 123456789012`, `organization o-…`. */
export function describeGrantee(grantee: Grantee): string {
  if (grantee === everybody) return "everybody";
  return isOrganization(grantee) ? `organization ${grantee}` : `account ${grantee}`;
}

/** The statement that grants it: its id, and the two fields of AddLayerVersionPermission. */
export function statementFor(grantee: Grantee): {
  readonly sid: string;
  readonly principal: string;
  readonly organization: string | undefined;
} {
  // The same id for the same grantee, so that a grant that is made twice is refused rather than doubled.
  const sid = `lambda-ext-${grantee}`;
  if (isOrganization(grantee)) return { sid, principal: "*", organization: grantee };
  return { sid, principal: grantee === everybody ? "*" : grantee, organization: undefined };
}

/** A statement of a layer version's policy. */
export interface LayerGrant {
  readonly sid: string;
  /** Undefined for a statement that says something else than ours do: it has conditions of its own, or another effect. */
  readonly grantee: Grantee | undefined;
}

/** Reads a layer version's policy, whoever wrote it; undefined where it is not one. */
export function readLayerPolicy(text: string): readonly LayerGrant[] | undefined {
  const policy = parse(text);
  if (!isRecord(policy) || !Array.isArray(policy.Statement)) return undefined;
  return policy.Statement.filter(isRecord).map((statement) => ({
    sid: String(statement.Sid ?? ""),
    grantee: granteeOf(statement),
  }));
}

function granteeOf({ Effect, Principal, Condition, Action }: Record<string, unknown>): Grantee | undefined {
  if (Effect !== "Allow" || single(Action) !== "lambda:GetLayerVersion") return undefined;
  const principal = single(isRecord(Principal) ? Principal.AWS : Principal);
  const organization = organizationOf(Condition);
  if (organization !== undefined) return principal === "*" ? organization : undefined;
  if (Condition !== undefined) return undefined;
  if (principal === "*") return everybody;
  // AWS writes an account as its root's ARN.
  return /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(String(principal))?.[1];
}

function organizationOf(condition: unknown): string | undefined {
  if (!isRecord(condition) || Object.keys(condition).length !== 1 || !isRecord(condition.StringEquals))
    return undefined;
  const entries = Object.entries(condition.StringEquals);
  const [key, value] = entries[0] ?? [];
  if (entries.length !== 1 || key?.toLowerCase() !== "aws:principalorgid") return undefined;
  const organization = single(value);
  return typeof organization === "string" && isOrganization(organization) ? organization : undefined;
}

/** IAM writes a list of one and the one itself alike. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
