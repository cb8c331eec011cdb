// Keeps the README to what the program is: its table of commands comes from the commands themselves.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { describe, expect, it } from "vitest";
import { commands } from "../src/cli/commands.ts";
import { addGlobalOptions } from "../src/cli/globals.ts";
import { packageRoot } from "../src/model/package.ts";
import { permissionsTable } from "./support/permissions-table.ts";

const file = join(packageRoot, "README.md");
const readme = readFileSync(file, "utf8");

describe("the README", () => {
  it("lists the commands that exist (UPDATE_README=1 writes them)", () => {
    const rows = commands.map(({ name, summary }) => `| \`${name}\` | ${summary.replaceAll("|", "\\|")} |\n`).join("");
    const updated = readme.replace(
      /(<!-- commands -->\n)[\s\S]*(<!-- \/commands -->)/,
      `$1| command | what it does |\n| --- | --- |\n${rows}$2`,
    );
    if (process.env.UPDATE_README) writeFileSync(file, updated);
    expect(readme).toBe(updated);
  });

  it("says what each command needs of IAM (UPDATE_README=1 writes it)", () => {
    const updated = readFileSync(file, "utf8").replace(
      /(<!-- permissions -->\n)[\s\S]*(<!-- \/permissions -->)/,
      (_, begin: string, end: string) => `${begin}${permissionsTable()}${end}`,
    );
    if (process.env.UPDATE_README) writeFileSync(file, updated);
    expect(readme).toContain("<!-- permissions -->\n");
    expect(readme).toBe(updated);
  });

  it("names every global flag", () => {
    const flags = addGlobalOptions(new Command()).options.map((option) => option.long ?? "");
    for (const flag of flags) expect(readme).toContain(flag);
  });

  it("has the two commands for a fresh clone near its top, and CI runs the second", () => {
    const top = readme.split("\n").slice(0, 15).join("\n");
    expect(top).toContain("npm ci && npm run try");
    expect(top).toContain("npm ci && npm test");
    expect(readFileSync(join(packageRoot, ".ci", "run"), "utf8")).toContain("npm ci && npm test");
  });
});
