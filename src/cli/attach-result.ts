// What attach and detach show: the difference for each function, for people and for programs.
import type { ChalkInstance } from "chalk";
import type { AttachOutcome } from "../functions/attach/outcome.ts";
import type { VariableChange } from "../functions/attach/plan.ts";
import { layerOf } from "../model/arn.ts";
import { hiddenValue } from "../model/hidden.ts";
import type { CommandContext, Outcome } from "./command.ts";

/** Prints the outcomes; 3 where some functions failed, 1 where all did. */
export function attachResult(context: CommandContext, outcomes: readonly AttachOutcome[], dryRun: boolean): Outcome {
  const failed = outcomes.filter(({ result }) => result === "failed");
  for (const { function: name, region, error } of failed) {
    const words = [`✗ ${name} in ${region}: ${error?.message}`, ...(error?.hint ? [`  ${error.hint}`] : [])];
    context.tell(words.join("\n"));
  }
  const fine = outcomes.filter(({ result }) => result !== "failed");
  return {
    document: { schemaVersion: 1, ...(dryRun && { dryRun: true }), functions: outcomes },
    text: fine.map((outcome) => difference(outcome, context.colors)).join("\n"),
    exitCode: failed.length === 0 ? 0 : fine.length === 0 ? 1 : 3,
  };
}

function difference(outcome: AttachOutcome, colors: ChalkInstance): string {
  const { before, after, variables, result } = outcome;
  const words = result === "planned" ? "would change" : result;
  const lines = [`${colors.bold(outcome.function)} in ${outcome.region}: ${words}`];
  for (const arn of before.filter((layer) => !after.includes(layer))) {
    const replaced = after.some((layer) => layerOf(layer) === layerOf(arn) && !before.includes(layer));
    if (!replaced) lines.push(colors.red(`  - ${arn}`));
  }
  for (const arn of after) {
    const older = before.find((layer) => layerOf(layer) === layerOf(arn));
    if (older === arn) lines.push(colors.dim(`    ${arn}`));
    else if (older === undefined) lines.push(colors.green(`  + ${arn}`));
    else lines.push(colors.yellow(`  ~ ${older} → ${arn.slice(arn.lastIndexOf(":") + 1)}`));
  }
  return [...lines, ...variables.flatMap((variable) => variableLine(variable, colors))].join("\n");
}

function variableLine({ name, change }: VariableChange, colors: ChalkInstance): string[] {
  switch (change) {
    case "added":
      return [colors.green(`  + ${name}=${hiddenValue}`)];
    case "changed":
      return [colors.yellow(`  ~ ${name}=${hiddenValue}`)];
    case "removed":
      return [colors.red(`  - ${name}`)];
    case "kept":
      return [`    ${name}=${hiddenValue} (kept: it has another value than attach sets)`];
    case "unchanged":
      return [colors.dim(`    ${name}=${hiddenValue}`)];
    case "absent":
      return [];
  }
}
