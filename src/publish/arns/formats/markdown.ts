// The ARN table for a README.
import type { ArnLayer, ArnTable } from "../table.ts";

/** A table for each layer, under its name where there are several. */
export function markdown(table: ArnTable): string {
  return table
    .map((layer) => (table.length > 1 ? `**\`${layer.name}\`**\n\n${rows(layer)}` : rows(layer)))
    .join("\n\n");
}

function rows({ architectures, regions }: ArnLayer): string {
  const lines = [
    ["Region", ...architectures],
    ["---", ...architectures.map(() => "---")],
    ...regions.map(({ region, arns }) => [
      `\`${region}\``,
      ...architectures.map((architecture) => {
        const found = arns.find((arn) => arn.architecture === architecture);
        return found ? `\`${found.arn}\`` : "not published";
      }),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
