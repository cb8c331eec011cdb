// The example functions of the parameter-store template, called as their runtimes call them.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const execute = promisify(execFile);
const examples = join(templatesFolder, "parameter-store", "examples");

interface Language {
  readonly name: string;
  readonly program: string;
  readonly folder: string;
  /** Loads the function, then writes LATE into CONFIG_FILE where it is set, calls the handler twice and prints its last answer. */
  readonly driver: string;
}

const languages: readonly Language[] = [
  {
    name: "Node.js",
    program: "node",
    folder: "nodejs",
    driver: `import("./index.mjs").then(async ({ handler }) => {
      if (process.env.LATE) require("node:fs").writeFileSync(process.env.CONFIG_FILE, process.env.LATE);
      await handler({}, {});
      console.log(JSON.stringify(await handler({}, {})));
    });`,
  },
  {
    name: "Python",
    program: "python3",
    folder: "python",
    driver: `
import json, os, app
if os.environ.get("LATE"): open(os.environ["CONFIG_FILE"], "w").write(os.environ["LATE"])
app.handler({}, None)
print(json.dumps(app.handler({}, None)))`,
  },
];

describe.each(languages)("the example in $name", ({ name, program, folder, driver }) => {
  const unsupported = missing(program);

  async function answerOf(file: string, late?: string) {
    const env = { CONFIG_FILE: file, PYTHONDONTWRITEBYTECODE: "1", ...(late && { LATE: late }) };
    const flag = program === "node" ? "-e" : "-c";
    const { stdout } = await execute(findTool(program) ?? program, [flag, driver], {
      cwd: join(examples, folder),
      env,
    });
    const { statusCode, headers, body } = JSON.parse(stdout);
    expect(headers).toEqual({ "content-type": "application/json" });
    return { statusCode, body: JSON.parse(body) };
  }

  test.skipIf(unsupported)(`finds the file during INIT (needs ${name})`, async () => {
    const file = join(temporaryFolder(), "config.json");
    writeFileSync(file, '{"greeting":"grüß dich"}');
    const { statusCode, body } = await answerOf(file);
    expect(statusCode).toBe(200);
    expect(body).toEqual({ file, phase: "INIT", readAt: expect.any(String), config: { greeting: "grüß dich" } });
    expect(Date.now() - Date.parse(body.readAt)).toBeLessThan(60_000);
  });

  test.skipIf(unsupported)(`looks again at the first event (needs ${name})`, async () => {
    const { statusCode, body } = await answerOf(join(temporaryFolder(), "config.json"), '{"a":1}');
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ phase: "INVOKE", config: { a: 1 } });
  });

  test.skipIf(unsupported)(`says that the file is not there (needs ${name})`, async () => {
    const file = join(temporaryFolder(), "config.json");
    expect(await answerOf(file)).toEqual({
      statusCode: 503,
      body: { error: `${file} is not there. The extension's lines in the log say why.` },
    });
  });

  test.skipIf(unsupported)(`does not quote what is not JSON (needs ${name})`, async () => {
    const file = join(temporaryFolder(), "config.json");
    writeFileSync(file, "password=hunter2");
    const failure = await answerOf(file).catch((error: { stderr: string }) => error.stderr);
    expect(failure).toContain("it is not JSON");
    expect(failure).not.toContain("hunter2");
  });
});
