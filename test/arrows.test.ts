// Holds the rooms of src/ to the arrows of the architecture, and makes sure that the check itself looks.
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterEach, describe, expect, it } from "vitest";
import { packageRoot } from "../src/model/package.ts";

interface Rules {
  readonly arrows: Readonly<Record<string, readonly string[]>>;
  readonly forbidden: unknown;
  readonly options: object;
}

const rulesFile = new URL("../.dependency-cruiser.js", import.meta.url).href;
const rules: Rules = await import(rulesFile);
const temporary: string[] = [];

afterEach(() => {
  for (const folder of temporary.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("the arrows between the rooms", () => {
  it("are kept by every module of src/", { timeout: 120_000 }, async () => {
    const result = await cruiseSource(packageRoot);
    const files = readdirSync(join(packageRoot, "src"), { recursive: true }).filter((file) =>
      `${file}`.endsWith(".ts"),
    );
    // dependency-cruiser that cannot read TypeScript looks at nothing and is content.
    expect(result.modules.filter((module) => module.source.startsWith("src/")).length).toBeGreaterThanOrEqual(
      files.length,
    );
    expect(violationsOf(result)).toEqual([]);
  });

  it("cover every room", () => {
    const folders = readdirSync(join(packageRoot, "src"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const ruled = [...Object.keys(rules.arrows), "cli"];
    expect(folders.map((folder) => folder.name).filter((name) => !ruled.includes(name))).toEqual([]);
  });

  it.each([
    ["model/planted.ts", 'import "../layer/planted-target.ts";', "arrows-of-model"],
    [
      "publish/planted.ts",
      'import type { F } from "../functions/planted-target.ts";\nexport type G = F;',
      "arrows-of-publish",
    ],
    ["functions/planted.ts", 'export const sdk = () => import("@aws-sdk/client-lambda");', "sdk-in-aws-only"],
    ["emulator/planted.ts", 'import "../cli/planted-target.ts";', "nobody-imports-cli"],
    ["build/planted.ts", 'import "./planted-target.ts";', "no-cycles"],
  ])("refuse what is planted in %s", { timeout: 120_000 }, async (file, source, rule) => {
    const copy = mkdtempSync(join(tmpdir(), "lambda-ext-arrows-"));
    temporary.push(copy);
    cpSync(join(packageRoot, "src", "model"), join(copy, "src", "model"), { recursive: true });
    symlinkSync(join(packageRoot, "node_modules"), join(copy, "node_modules"));
    for (const room of ["layer", "functions", "cli", "build", "publish", "emulator"]) {
      cpSync(join(packageRoot, "src", "model", "finding.ts"), join(copy, "src", room, "planted-target.ts"));
    }
    writeFileSync(join(copy, "src", "functions", "planted-target.ts"), "export type F = string;\n");
    writeFileSync(join(copy, "src", "build", "planted-target.ts"), 'import "./planted.ts";\n');
    writeFileSync(join(copy, "src", file), `${source}\n`);
    expect(violationsOf(await cruiseSource(copy))).toContain(rule);
  });
});

async function cruiseSource(root: string): Promise<ICruiseResult> {
  const { output } = await cruise(["src"], {
    ...rules.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: rules.forbidden },
  } as never);
  return output as ICruiseResult;
}

function violationsOf(result: ICruiseResult): string[] {
  return result.summary.violations.map((violation) => violation.rule.name);
}
