// What is said where a program misses a place that only isolation gives.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingPlaceHint } from "../../../src/emulator/environment/missing-place.ts";
import { openWorld, type World } from "./support/world.ts";

describe("a line that complains of what is not there", () => {
  test.each([
    ["/x/opt-1/extensions/e: line 11: /opt/e/index.js: No such file or directory", "/opt/e/index.js"],
    ["python3: can't open file '/opt/e/extension.py': [Errno 2] No such file or directory", "/opt/e/extension.py"],
    ["/x/bootstrap: line 29: /var/task/function.sh: No such file or directory", "/var/task/function.sh"],
    ["listen tcp: lookup sandbox on 10.0.0.1:53: no such host", "sandbox"],
    ["getaddrinfo ENOTFOUND sandbox.localdomain", "sandbox.localdomain"],
  ])("%s", (line, name) => {
    expect(missingPlaceHint(line)).toMatch(new RegExp(`looked for ${name} in vain`));
  });

  test.each([
    "Error: ENOENT: no such file or directory, open '/home/me/opt/file'",
    "the page /opt/file was written",
    "user sandbox-7 not found",
    "404 not found",
  ])("nothing of Lambda's: %s", (line) => {
    expect(missingPlaceHint(line)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== "linux")("isolation none", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ isolation: "none" });
  });
  afterAll(() => world.close());

  test("a script that names /opt is explained once", async () => {
    const script = "#!/bin/sh\nexec /opt/beside/program\n";
    const snapshot = world.define({
      functionName: "misplaced",
      code: await world.zip([{ path: "bootstrap", content: "#!/bin/sh\n" }]),
      layers: [await world.zip([{ path: "extensions/script", content: script }])],
    });
    for (let i = 0; i < 2; i++) expect((await world.invoke(snapshot, {})).functionError).toBe("Unhandled");
    const said = world.warnings.filter((warning) => warning.startsWith("misplaced: a program looked for /opt/beside/"));
    expect(said).toEqual([expect.stringContaining("lambda-ext doctor")]);
  });
});
