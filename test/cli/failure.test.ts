// The one boundary for errors.
import { readFileSync } from "node:fs";
import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { describeFailure } from "../../src/cli/failure.ts";
import { interruptedError, remoteError, toolError, usageError } from "../../src/model/errors.ts";

const plain = { colors: new Chalk({ level: 0 }), verbose: false, interrupted: false };

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe("describeFailure", () => {
  it.each([
    [usageError("a", { code: "A" }), 2],
    [toolError("a", { code: "A" }), 1],
    [remoteError("a", { code: "A" }), 1],
    [interruptedError(), 130],
    [new TypeError("x is undefined"), 1],
  ])("gives %s the exit status %i", (error, exitCode) => {
    expect(describeFailure(error, plain).exitCode).toBe(exitCode);
  });

  it("says what went wrong, then what to do", () => {
    const error = remoteError("Publishing x failed.", { code: "Throttled", hint: "Run it again." });
    expect(describeFailure(error, plain).text).toBe("✗ Publishing x failed.\n  Run it again.\n");
    expect(describeFailure(error, plain).document).toEqual({
      schemaVersion: 1,
      error: { code: "Throttled", message: "Publishing x failed.", hint: "Run it again." },
    });
  });

  it("calls a bug a bug", () => {
    const failure = describeFailure(new TypeError("x is undefined"), plain);
    expect(failure.document.error.code).toBe("InternalError");
    expect(failure.text).toContain("This is a bug in lambda-ext");
    expect(failure.text).not.toContain("failure.test.ts");
  });

  it("does not call a full disk or a foreign folder a bug", () => {
    const error = thrownBy(() => readFileSync("/proc/1/no-such-file"));
    const failure = describeFailure(error, plain);
    expect(failure.exitCode).toBe(1);
    expect(failure.document.error.code).toBe("ENOENT");
    expect(failure.text).toContain("/proc/1/no-such-file");
    expect(failure.text).not.toContain("bug");
  });

  it("shows the stacks of all causes with --verbose alone", () => {
    const error = toolError("outer", { code: "A", cause: new Error("inner") });
    expect(describeFailure(error, plain).text).not.toContain("inner");
    expect(describeFailure(error, { ...plain, verbose: true }).text).toMatch(
      /outer[\s\S]+inner[\s\S]+failure\.test\.ts/,
    );
  });

  it("after Ctrl-C blames Ctrl-C, whatever broke because of it", () => {
    const failure = describeFailure(new Error("socket hang up"), { ...plain, interrupted: true });
    expect(failure.exitCode).toBe(130);
    expect(failure.text).not.toContain("socket");
  });
});
