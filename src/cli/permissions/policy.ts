// Makes an IAM policy from command lines: one statement for each set of resources, whose id says which command it is for.
import { parseArn } from "../../model/arn.ts";
import { partitionOf } from "../../model/partition.ts";
import { regionsSaid } from "./branches.ts";
import type { CommandLine, Need, Place } from "./need.ts";
import { permissions } from "./table.ts";

/** A statement as IAM reads it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}

/** A policy as IAM reads it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** Who does it, and where when nothing says so. */
export interface Whereabouts {
  /** Twelve digits, or `*`. */
  readonly account: string;
  /** Of the target; undefined where none is set. */
  readonly region: string | undefined;
}

/** The least policy with which all of the command lines can be carried out. */
export function policyFor(lines: readonly CommandLine[], whereabouts: Whereabouts): PolicyDocument {
  const statements = lines.flatMap((line) => statementsFor(line, placeOf(line, whereabouts)));
  const counts = new Map<string, number>();
  return {
    Version: "2012-10-17",
    Statement: statements.map((statement) => {
      const count = (counts.get(statement.Sid) ?? 0) + 1;
      counts.set(statement.Sid, count);
      // IAM wants each id once.
      return count === 1 ? statement : { ...statement, Sid: `${statement.Sid}${count}` };
    }),
  };
}

/** Commands whose regions are those of a publish. */
const publishing = new Set(["publish", "verify", "mirror", "arns", "versions", "prune"]);

function placeOf(line: CommandLine, { account, region }: Whereabouts): Place {
  const own = line.globals.region ?? region;
  const said = (publishing.has(line.command) && regionsSaid(line)) || (own === undefined ? ["all"] : [own]);
  const named = said.filter((name) => name !== "all");
  // `mirror --to-region all` is about the partition of its original.
  const original = parseArn(String(line.args[0]))?.partition;
  const partition = original ?? partitionOf(named[0] ?? own ?? "us-east-1").id;
  return { partition, account, regions: said.includes("all") ? ["*"] : [...new Set(named)] };
}

function statementsFor(line: CommandLine, place: Place): PolicyStatement[] {
  const needed = (permissions[line.command] ?? []).filter(({ when }) => when?.holds(line) ?? true);
  const merged = new Map<string, PolicyStatement>();
  for (const need of needed) {
    const statement = statementFor(need, line, place);
    const key = JSON.stringify([statement.Resource, statement.Condition]);
    const before = merged.get(key);
    merged.set(key, before ? { ...before, Action: [...before.Action, ...statement.Action] } : statement);
  }
  return [...merged.values()];
}

function statementFor(need: Need, line: CommandLine, place: Place): PolicyStatement {
  const condition = need.condition?.(line, place);
  return {
    Sid: `${pascal(line.command)}${need.on.sid}`,
    Effect: "Allow",
    Action: need.actions,
    Resource: [...new Set(need.on.arns(line, place))],
    ...(condition && { Condition: condition }),
  };
}

/** `create-role` → `CreateRole`. */
function pascal(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
