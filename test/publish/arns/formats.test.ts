// The forms of the ARN table, judged by those who read them: terraform, cfn-lint, tsc, and JSON and shells.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/model/package.ts";
import type { RegionArns } from "../../../src/publish/arns/find.ts";
import { type ArnFormat, arnFormatOf, arnForms } from "../../../src/publish/arns/formats.ts";
import { camelCase, distinct, pascalCase, snakeCase } from "../../../src/publish/arns/identifiers.ts";
import { arnGaps, arnTable } from "../../../src/publish/arns/table.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { findTool, missing } from "../../support/tools.ts";
import { missingYaml, readYaml } from "../../support/yaml.ts";

const partitionsOf: Record<string, string> = { "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov" };

function arnIn(region: string, layer: string, architecture: "x86_64" | "arm64", version: number) {
  const layerName = `${layer}-${architecture}`;
  const arn = `arn:${partitionsOf[region] ?? "aws"}:lambda:${region}:123456789012:layer:${layerName}:${version}`;
  return { layer, layerName, architecture, region, version, arn };
}

/** Other numbers in other regions, an architecture that one region lacks, two partitions, names that look alike. */
const found: readonly RegionArns[] = [
  {
    region: "us-east-1",
    unfinished: [],
    arns: [
      arnIn("us-east-1", "my-ext", "arm64", 12),
      arnIn("us-east-1", "my-ext", "x86_64", 7),
      arnIn("us-east-1", "my_ext", "arm64", 1),
    ],
  },
  { region: "eu-west-1", unfinished: [], arns: [arnIn("eu-west-1", "my-ext", "x86_64", 3)] },
  { region: "us-gov-west-1", unfinished: [], arns: [arnIn("us-gov-west-1", "my-ext", "arm64", 2)] },
  { region: "me-south-1", error: { code: "CannotConnect", message: "down", hint: "" } },
  { region: "cn-north-1", unfinished: [], arns: [arnIn("cn-north-1", "2nd", "arm64", 5)] },
];
const families = ["my-ext", "my_ext", "2nd", "nowhere"].map((name) => ({ name, members: [] }));
const table = arnTable(families, found);
const render = (format: ArnFormat, nested = false) => arnForms[format].render(table, { nested });
const single = arnTable(families.slice(0, 1), found);

describe("the ARN table", () => {
  it("has what is published, regions in alphabetical order, architectures always in the same", () => {
    expect(table.map(({ name, architectures }) => [name, architectures])).toEqual([
      ["my-ext", ["x86_64", "arm64"]],
      ["my_ext", ["arm64"]],
      ["2nd", ["arm64"]],
    ]);
    expect(table[0]?.regions.map(({ region, arns }) => [region, arns.map(({ version }) => version)])).toEqual([
      ["eu-west-1", [3]],
      ["us-east-1", [7, 12]],
      ["us-gov-west-1", [2]],
    ]);
  });

  it("knows what it lacks, but not of regions that nobody could look at", () => {
    const gaps = arnGaps(single, found).map(({ region, architecture }) => `${region} ${architecture}`);
    expect(gaps.sort()).toEqual(["cn-north-1 arm64", "cn-north-1 x86_64", "eu-west-1 arm64", "us-gov-west-1 x86_64"]);
  });

  it("never has an empty ARN, in any form", () => {
    for (const format of Object.keys(arnForms) as ArnFormat[]) {
      const text = render(format);
      expect(text).not.toMatch(/""|undefined|null|``|: *$(?!\n +)/m);
      expect(text.match(/arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+/g)?.length).toBeGreaterThanOrEqual(6);
    }
  });
});

describe("identifiers", () => {
  it.each([
    ["my-ext", "my_ext", "MyExt", "myExt"],
    ["my_Ext--2", "my_ext_2", "MyExt2", "myExt2"],
    ["2nd", "layer_2nd", "Layer2nd", "layer2nd"],
    ["-", "layer_", "Layer", "layer"],
  ])("%s", (name, snake, pascal, camel) => {
    expect([snakeCase(name), pascalCase(name), camelCase(name)]).toEqual([snake, pascal, camel]);
  });

  it("are distinct", () => {
    expect(distinct(["a-b", "a_b", "a--b", "c"], snakeCase)).toEqual(["a_b", "a_b2", "a_b3", "c"]);
  });
});

describe("formats by the names of files", () => {
  it.each([
    ["README.md", "markdown"],
    ["layers/arns.tf", "terraform"],
    ["template.YAML", "cloudformation"],
    ["lib/arns.ts", "cdk"],
    ["arns.json", "json"],
    ["arns.sh", "ssm"],
    ["arns.txt", undefined],
  ])("%s", (file, format) => expect(arnFormatOf(file)).toBe(format));
});

describe("markdown", () => {
  it("is a table without a title for one layer", () => {
    expect(arnForms.markdown.render(single, { nested: false })).toBe(
      [
        "| Region | x86_64 | arm64 |",
        "| --- | --- | --- |",
        "| `eu-west-1` | `arn:aws:lambda:eu-west-1:123456789012:layer:my-ext-x86_64:3` | not published |",
        "| `us-east-1` | `arn:aws:lambda:us-east-1:123456789012:layer:my-ext-x86_64:7` | `arn:aws:lambda:us-east-1:123456789012:layer:my-ext-arm64:12` |",
        "| `us-gov-west-1` | not published | `arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:my-ext-arm64:2` |",
      ].join("\n"),
    );
  });

  it("is a table with a title for each of several layers", () => {
    const titles = render("markdown").match(/^\*\*.*$/gm);
    expect(titles).toEqual(["**`my-ext`**", "**`my_ext`**", "**`2nd`**"]);
    expect(render("markdown")).toContain("| Region | arm64 |");
  });
});

describe("json", () => {
  it("has an entry for each ARN", () => {
    const document = JSON.parse(render("json"));
    expect(document.schemaVersion).toBe(1);
    expect(document.arns).toHaveLength(6);
    expect(document.arns[0]).toEqual(arnIn("eu-west-1", "my-ext", "x86_64", 3));
  });
});

describe("terraform", () => {
  const text = render("terraform");

  it("is a map for each layer, in locals of which each has another name", () => {
    expect(text.match(/^ {2}\w+ = \{$/gm)).toEqual([
      "  my_ext_layer_arns = {",
      "  my_ext_layer_arns2 = {",
      "  layer_2nd_layer_arns = {",
    ]);
    expect(text).toContain('# layers = [local.my_ext_layer_arns["eu-west-1"]["x86_64"]]');
  });

  it("is laid out as terraform fmt would: two more spaces in each block, = in one column", () => {
    let depth = 0;
    for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
      const closes = line.trim() === "}";
      if (closes) depth--;
      expect(line).toMatch(new RegExp(`^ {${depth * 2}}\\S.*\\S$|^ {${depth * 2}}}$`));
      if (line.endsWith("{")) depth++;
    }
    expect(depth).toBe(0);
    const pairs = text.match(/^ {6}"arm64" .*= "arn:aws:lambda:us-east-1.*my-ext-arm64.*$/m)?.[0] ?? "";
    expect(pairs.indexOf("=")).toBe('      "x86_64" '.length);
  });

  describe.skipIf(missing("terraform"))("(needs terraform)", () => {
    const run = (folder: string, ...args: string[]) =>
      spawnSync(findTool("terraform") ?? "", args, { cwd: folder, encoding: "utf8", input: "" });

    it("is what terraform fmt leaves alone, and valid with its usage line", { timeout: 60_000 }, () => {
      const folder = temporaryFolder();
      const usages = [...text.matchAll(/^# layers = \[(.*)\]$/gm)].map(([, use]) => use);
      expect(usages).toHaveLength(3);
      writeFileSync(join(folder, "arns.tf"), `${text}\n`);
      writeFileSync(join(folder, "use.tf"), `output "layers" {\n  value = [${usages.join(", ")}]\n}\n`);
      expect(run(folder, "fmt", "-check", "-diff")).toMatchObject({ status: 0, stdout: "" });
      expect(run(folder, "validate", "-no-color").stdout).toContain("The configuration is valid");
      const { status, stdout } = run(folder, "apply", "-auto-approve", "-no-color");
      expect([status, stdout]).toEqual([0, expect.stringContaining('"arn:aws-cn:lambda:cn-north-1:')]);
    });
  });
});

describe.skipIf(missingYaml)("cloudformation and sam (need a reader of YAML)", () => {
  it.each(["cloudformation", "sam"] as const)("%s: Mappings with letters and digits alone for keys", (format) => {
    const { Mappings } = readYaml(render(format)) as { Mappings: Record<string, Record<string, unknown>> };
    expect(Object.keys(Mappings)).toEqual(["MyExtLayerArns", "MyExtLayerArns2", "Layer2ndLayerArns"]);
    expect(Mappings.MyExtLayerArns?.["us-east-1"]).toEqual({
      amd64: "arn:aws:lambda:us-east-1:123456789012:layer:my-ext-x86_64:7",
      arm64: "arn:aws:lambda:us-east-1:123456789012:layer:my-ext-arm64:12",
    });
    expect(Mappings.MyExtLayerArns?.["eu-west-1"]).toEqual({
      amd64: "arn:aws:lambda:eu-west-1:123456789012:layer:my-ext-x86_64:3",
    });
  });

  it("stand below a Mappings line that is there already", () => {
    const { Mappings } = readYaml(render("cloudformation")) as { Mappings: unknown };
    expect(readYaml(render("cloudformation", true))).toEqual(Mappings);
  });

  describe.skipIf(missing("cfn-lint"))("(need cfn-lint)", () => {
    /** What the usage lines say, as properties of a function. */
    function usage(text: string): string {
      const [, lines = ""] = /# Properties of an [\w:]+:\n((?: *# .*\n)+)/.exec(text) ?? [];
      return lines.replace(/^ *# {3}/gm, "      ");
    }
    const templates = {
      cloudformation: (text: string) => `AWSTemplateFormatVersion: "2010-09-09"
${text}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { ZipFile: "exports.handler = async () => 1" }
${usage(text)}`,
      sam: (text: string) => `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
${text}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: "exports.handler = async () => 1"
${usage(text)}`,
    };

    it.each(["cloudformation", "sam"] as const)(
      "%s: valid in a template, with its usage",
      { timeout: 60_000 },
      (format) => {
        const folder = temporaryFolder();
        const template = templates[format](arnForms[format].render(single, { nested: false }));
        expect(template).toContain('- !FindInMap [MyExtLayerArns, !Ref "AWS::Region", amd64]');
        writeFileSync(join(folder, "template.yaml"), template);
        const args = ["--regions", "us-east-1", "--", "template.yaml"];
        const { status, stdout } = spawnSync(findTool("cfn-lint") ?? "", args, { cwd: folder, encoding: "utf8" });
        expect([status, stdout]).toEqual([0, ""]);
      },
    );
  });
});

describe("cdk", () => {
  it("compiles strictly; what it lacks does not", { timeout: 60_000 }, () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "lib", "arns.ts"), `${render("cdk")}\n`);
    writeFileSync(
      join(folder, "lib", "use.ts"),
      `import { layer2ndLayerArns, myExtLayerArns, myExt2LayerArns, type MyExtLayerRegion } from "./arns.js";
const region: MyExtLayerRegion = "us-east-1";
const arns: string[] = [myExtLayerArns[region].arm64, layer2ndLayerArns["cn-north-1"].arm64, myExt2LayerArns["us-east-1"].arm64];
// @ts-expect-error: there is no such region
myExtLayerArns["us-east-9"];
// @ts-expect-error: not published for arm64 there
myExtLayerArns["eu-west-1"].arm64;
export const exact: "arn:aws:lambda:us-east-1:123456789012:layer:my-ext-arm64:12" = myExtLayerArns[region].arm64;
console.log(arns.join());
`,
    );
    const tsc = join(packageRoot, "node_modules", ".bin", "tsc");
    const args = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "", "--lib", "es2022,dom"];
    const { status, stdout } = spawnSync(tsc, [...args, "--ignoreConfig", "lib/use.ts"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, ""]);
    const printed = execFileSync(process.execPath, [join(folder, "lib", "use.js")], { encoding: "utf8" });
    expect(printed.trim().split(",")).toHaveLength(3);
  });
});

describe("ssm", () => {
  it("is a script that a shell can read, a command for each ARN", () => {
    const text = render("ssm");
    const script = `aws() { printf '%s|' "$@"; echo; }\n${text}\n`;
    const lines = execFileSync("sh", ["-eu"], { input: script, encoding: "utf8" }).trim().split("\n");
    expect(lines).toHaveLength(6);
    const name = "--name|/lambda-layers/my-ext/arm64";
    const value = "--value|arn:aws:lambda:us-east-1:123456789012:layer:my-ext-arm64:12";
    expect(lines).toContain(`ssm|put-parameter|--region|us-east-1|${name}|--type|String|--overwrite|${value}|`);
    expect(text).toContain('"{{resolve:ssm:/lambda-layers/2nd/arm64}}"');
  });
});
