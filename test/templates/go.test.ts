// The templates where they lie: formatted, vetted, tested, tidy.
import { describe, expect, test } from "vitest";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { runGo } from "../support/go.ts";
import { missing } from "../support/tools.ts";

/** Those that the templates are built with, so that the cache serves both. */
const tags = ["-tags", "nethttpomithttp2,lambda.norpc"];
const flags = ["-trimpath", ...tags];

// A cold cache downloads the modules and compiles net/http first.
describe.skipIf(missing("go", "gofmt"))("the Go module of the templates (needs Go)", { timeout: 240_000 }, () => {
  test("is as gofmt writes it", async () => {
    expect(await runGo(templatesFolder, ["gofmt", "-l", "."])).toBe("");
  });

  test("has nothing that vet finds", async () => {
    await runGo(templatesFolder, ["go", "vet", ...flags, "./..."]);
    for (const listen of ["telemetry", "logs"]) {
      await runGo(templatesFolder, ["go", "vet", "-trimpath", "-tags", listen, "./extension-go"]);
    }
  });

  test("passes its own tests", async () => {
    const output = await runGo(templatesFolder, ["go", "test", ...flags, "./..."]);
    expect(output.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(6);
    expect(output).not.toContain("[no test files]");
  });

  test("is tidy", async () => {
    expect(await runGo(templatesFolder, ["go", "mod", "tidy", "-diff"])).toBe("");
  });
});

describe.skipIf(missing("go", "staticcheck"))(
  "the Go module of the templates (needs Go and staticcheck)",
  { timeout: 240_000 },
  () => {
    test("has nothing that staticcheck finds", async () => {
      expect(await runGo(templatesFolder, ["staticcheck", ...tags, "./..."])).toBe("");
      for (const listen of ["telemetry", "logs"]) {
        expect(await runGo(templatesFolder, ["staticcheck", "-tags", listen, "./extension-go"])).toBe("");
      }
    });
  },
);
