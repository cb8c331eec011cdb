// Decides what a set of IAM policies says about one action on one resource.
import { type ConditionContext, conditionHolds } from "./condition.ts";
import { matches } from "./policy-pattern.ts";
import { fillIn } from "./policy-variables.ts";

/** A policy document, parsed. Whatever a person wrote may stand in it. */
export interface PolicyDocument {
  readonly Version?: unknown;
  readonly Statement?: unknown;
}

/** What policies say. */
export type Decision = "allowed" | "explicitDeny" | "implicitDeny";

/** A question to policies. */
export interface AccessQuestion {
  /** e.g. `ssm:GetParameter`. */
  readonly action: string;
  /** An ARN, or `*` where the action has none. */
  readonly resource: string;
  readonly context: ConditionContext;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/** An explicit Deny wins, then an Allow, else nothing is allowed. */
export function decide(policies: readonly PolicyDocument[], question: AccessQuestion): Decision {
  let decision: Decision = "implicitDeny";
  for (const statement of policies.flatMap(statementsOf)) {
    const covered = covers(statement, question);
    if (covered === false) continue;
    const condition = conditionHolds(statement.Condition, question.context);
    const holds = condition === false ? false : covered && condition;
    // What we cannot judge never opens a door, and never keeps one open that it may close.
    if (statement.Effect === "Deny" && holds !== false) return "explicitDeny";
    if (statement.Effect === "Allow" && holds === true) decision = "allowed";
  }
  return decision;
}

/** The statements of a document, which may be one alone. */
export function statementsOf(policy: { readonly Statement?: unknown }): Statement[] {
  return listOf(policy.Statement).filter(
    (item): item is Statement => typeof item === "object" && item !== null && !Array.isArray(item),
  );
}

/** One or many of something, as policies allow either. */
export function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** Whether a statement is about this; undefined where that hangs on a variable that we don't know. */
function covers(statement: Statement, { action, resource, context }: AccessQuestion): boolean | undefined {
  const actions = (value: unknown) =>
    textsOf(value).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()));
  const actionCovered = statement.NotAction === undefined ? actions(statement.Action) : !actions(statement.NotAction);
  if (!actionCovered) return false;
  const named = statement.NotResource ?? statement.Resource;
  const among = names(textsOf(named), resource, context);
  return statement.NotResource === undefined || among === undefined ? among : !among;
}

function names(patterns: readonly string[], resource: string, context: ConditionContext): boolean | undefined {
  const filled = patterns.map((pattern) => fillIn(pattern, context));
  if (filled.some((pattern) => pattern !== undefined && matches(pattern, resource))) return true;
  return filled.includes(undefined) ? undefined : false;
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}
