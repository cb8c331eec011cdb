// The ARN table as Mappings of a CloudFormation or SAM template.
import { goarchOf } from "../../../model/architecture.ts";
import { distinct, pascalCase } from "../identifiers.ts";
import type { ArnTable } from "../table.ts";

/** Where the text goes. */
export interface Place {
  /** It has a line `Mappings:` above it already. */
  readonly nested: boolean;
}

/**
 * A mapping for each layer, with how a function has it. CloudFormation takes letters and digits alone as a mapping's second key, hence
 * Go's name of x86_64.
 */
export function mappings(type: "AWS::Lambda::Function" | "AWS::Serverless::Function") {
  return (table: ArnTable, { nested }: Place): string => {
    const names = distinct(
      table.map(({ name }) => name),
      (name) => `${pascalCase(name)}LayerArns`,
    );
    const blocks = table.map(({ regions }, index) => {
      const arn = regions[0]?.arns[0];
      const lines = regions.flatMap(({ region, arns }) => [
        `  ${region}:`,
        ...arns.map(({ architecture, arn }) => `    ${goarchOf(architecture)}: ${arn}`),
      ]);
      const usage = arn
        ? [
            `# Properties of an ${type}:`,
            `#   Architectures: [${arn.architecture}]`,
            "#   Layers:",
            `#     - !FindInMap [${names[index]}, !Ref "AWS::Region", ${goarchOf(arn.architecture)}]`,
          ]
        : [];
      return [...usage, `${names[index]}:`, ...lines];
    });
    const lines = blocks.flat();
    return (nested ? lines : ["Mappings:", ...lines.map((line) => `  ${line}`)]).join("\n");
  };
}
