// The ARN table as a map for Terraform, laid out as `terraform fmt` does.
import { distinct, snakeCase } from "../identifiers.ts";
import type { ArnRow, ArnTable } from "../table.ts";

/** Locals: a map for each layer, region × architecture. */
export function terraform(table: ArnTable): string {
  const names = distinct(
    table.map(({ name }) => name),
    (name) => `${snakeCase(name)}_layer_arns`,
  );
  const usage = table.flatMap(({ regions: [row] }, index) => {
    const arn = row?.arns[0];
    return arn ? [`# layers = [local.${names[index]}["${arn.region}"]["${arn.architecture}"]]`] : [];
  });
  const maps = table.map(({ regions }, index) => `  ${names[index]} = {\n${regions.map(regionMap).join("\n")}\n  }`);
  return `${usage.join("\n")}\nlocals {\n${maps.join("\n\n")}\n}`;
}

function regionMap({ region, arns }: ArnRow): string {
  const width = Math.max(...arns.map(({ architecture }) => architecture.length + 2));
  const entries = arns.map(({ architecture, arn }) => `      ${`"${architecture}"`.padEnd(width)} = "${arn}"`);
  return [`    "${region}" = {`, ...entries, "    }"].join("\n");
}
