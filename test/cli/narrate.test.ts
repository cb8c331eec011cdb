// How the tour writes command lines and results down.
import { execFileSync } from "node:child_process";
import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { commandLine, describeResult } from "../../src/cli/try/narrate.ts";

const colors = new Chalk({ level: 0 });

describe("commandLine", () => {
  it("is read back by a shell as the same arguments", () => {
    const argv = ["put-parameter", "/a/b", "--value", `{"it's":"$HOME \`x\` * ü"}`, "", "a b", "--env", "K=V"];
    // A function of a shell can't have a hyphen in its name.
    const call = commandLine(argv).replace("lambda-ext", "show");
    const script = `show() { for argument in "$@"; do printf '%s\\n' "$argument"; done; }; ${call}`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${argv.join("\n")}\n`);
  });
});

describe("describeResult", () => {
  it("puts one line beside the time", () => {
    expect(describeResult({ seconds: 0.042, text: "done\n" }, colors)).toBe("    ✓ 0.04 s  done");
  });

  it("puts several lines below it, and leaves advice out", () => {
    const text = "first\nsecond\n\nWhat to type next:\n  …\n";
    expect(describeResult({ seconds: 2.34, text }, colors)).toBe("    ✓ 2.3 s\n      first\n      second");
  });
});
