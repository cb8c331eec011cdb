// The README's table of what commands need of IAM, from the table that iam-policy prints policies from.
import type { Need } from "../../src/cli/permissions/need.ts";
import { permissions } from "../../src/cli/permissions/table.ts";
import { groupBy } from "../../src/model/group.ts";

/** A row for each command. */
export function permissionsTable(): string {
  const rows = Object.entries(permissions).map(([command, needs]) => `| \`${command}\` | ${cell(needs)} |\n`);
  return `| command | needs |\n| --- | --- |\n${rows.join("")}`;
}

/** What is always needed first. */
function cell(needs: readonly Need[]): string {
  const branches = [...groupBy(needs, ({ when }) => when?.words ?? "")];
  return branches
    .sort(([a], [b]) => Number(a !== "") - Number(b !== ""))
    .map(([words, ofBranch]) => `${words === "" ? "" : `${words}: `}${actionsOf(ofBranch)}`)
    .join("; ")
    .replaceAll("|", "\\|");
}

function actionsOf(needs: readonly Need[]): string {
  return [...groupBy(needs, ({ on }) => on.words)]
    .map(([words, onThese]) => {
      const actions = onThese.flatMap((need) => need.actions.map((action) => `\`${action}\``));
      return `${actions.join(", ")} on ${words}`;
    })
    .join(", ");
}
