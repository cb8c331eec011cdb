// The README of function-go, typed line by line on the local target.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { missing } from "../support/tools.ts";
import { levels, startLocalTarget } from "./local-target.ts";

describe.each(levels)("on the local target, isolation $isolation (needs $needs)", ({ isolation, unsupported }) => {
  test.skipIf(unsupported || missing("go"))("function-go", { timeout: 240_000 }, async () => {
    const target = await startLocalTarget(isolation);
    onTestFinished(() => target.close());
    const lines = (await target.init("function-go")).filter((line) => line.startsWith("lambda-ext "));
    const results = await target.type("function-go", lines);
    expect(results[lines.indexOf("lambda-ext check")]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    const said = results[lines.findIndex((line) => line.includes(" invoke "))]?.stderr ?? "";
    // The context's values are this invocation's.
    const request = /START RequestId: (\S+)/.exec(said)?.[1];
    expect(said).toMatch(new RegExp(`request ${request} has (2\\.\\d+|3)s left`));
    const response = readFileSync(join(target.folder, "function-go", "response.json"), "utf8");
    expect(response).toBe('"{ID:tpaschalis Val:100 Flag:true}"');
  });
});
