// The ARN table as commands of the AWS CLI that put each ARN into a parameter of its region.
import type { ArnTable } from "../table.ts";

/** A script for a shell: names, regions and ARNs hold nothing that one would have to quote. */
export function ssm(table: ArnTable): string {
  return table
    .map(({ name, architectures, regions }) => {
      const [architecture] = architectures;
      const commands = regions.flatMap(({ region, arns }) =>
        arns.map(
          (arn) =>
            `aws ssm put-parameter --region ${region} --name ${parameter(name, arn.architecture)} --type String --overwrite --value ${arn.arn}`,
        ),
      );
      return [`# In a template: "{{resolve:ssm:${parameter(name, architecture ?? "")}}}"`, ...commands].join("\n");
    })
    .join("\n\n");
}

function parameter(layer: string, architecture: string): string {
  return `/lambda-layers/${layer}/${architecture}`;
}
