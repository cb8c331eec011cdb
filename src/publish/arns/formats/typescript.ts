// The ARN table as constants for the CDK, or any other TypeScript: a region or an architecture that it lacks does not compile.
import { camelCase, distinct, pascalCase } from "../identifiers.ts";
import type { ArnTable } from "../table.ts";

/** A constant for each layer, region × architecture, and the type of its regions. */
export function typescript(table: ArnTable): string {
  const names = distinct(
    table.map(({ name }) => name),
    pascalCase,
  );
  const blocks = table.map(({ regions, name }, index) => {
    const type = names[index] ?? "";
    const constant = `${camelCase(type)}LayerArns`;
    const arn = regions[0]?.arns[0];
    const rows = regions.flatMap(({ region, arns }) => [
      `  "${region}": {`,
      ...arns.map(({ architecture, arn }) => `    ${architecture}: "${arn}",`),
      "  },",
    ]);
    return [
      `/** ${name}: \`LayerVersion.fromLayerVersionArn(this, "${type}", ${constant}["${arn?.region}"].${arn?.architecture})\`. */`,
      `export const ${constant} = {`,
      ...rows,
      '} as const satisfies Readonly<Record<string, Partial<Record<"x86_64" | "arm64", string>>>>;',
      "",
      `/** Regions that have ${name}. */`,
      `export type ${type}LayerRegion = keyof typeof ${constant};`,
    ].join("\n");
  });
  return blocks.join("\n\n");
}
