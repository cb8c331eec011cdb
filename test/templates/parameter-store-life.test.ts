// The parameter-store template from init to SHUTDOWN: its README typed line by line, and what it claims.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { applyEdits, modify } from "jsonc-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runGo } from "../support/go.ts";
import { missing, pythonWithClient } from "../support/tools.ts";
import { type LocalTarget, levels, startLocalTarget } from "./local-target.ts";

const project = "parameter-store";
const python = pythonWithClient();
const invocation = "lambda-ext invoke --function demo --log --local";

/** An `attach` section as the README shows it. */
interface Attach {
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[];
}

describe.each(levels)("parameter-store on the local target, isolation $isolation (needs $needs)", (level) => {
  const skipped = level.unsupported || missing("go", "gofmt");
  let target: LocalTarget;
  let lines: readonly string[];

  beforeAll(async () => {
    if (skipped) return;
    target = await startLocalTarget(level.isolation, { ...(python && { LAMBDA_EXT_PYTHON: python }) });
    lines = await target.init(project);
  });
  afterAll(() => target?.close());

  const file = () => join(target.folder, "config.json");

  /** Run in place, /tmp is everybody's. */
  const inPlace = (line: string) =>
    level.isolation === "none" && line.startsWith("lambda-ext attach ")
      ? `${line.replace(/ --env CONFIG_FILE=\S+/, "")} --env CONFIG_FILE=${file()}`
      : line;
  const type = (typed: readonly string[]) => target.type(project, typed.map(inPlace));

  async function invoke() {
    const [result] = await type([invocation]);
    const { statusCode, body } = JSON.parse(result?.stdout ?? "");
    return { statusCode, body: JSON.parse(body), log: result?.stderr ?? "" };
  }

  test.skipIf(skipped)(
    "every line of its README works, with its example in Node.js",
    { timeout: 240_000 },
    async () => {
      expect(await runGo(join(target.folder, project), ["gofmt", "-l", "."])).toBe("");
      const mine = lines.filter((line) => !line.includes("demo-python"));
      const results = await type(mine);
      const invoked = results[mine.findIndex((line) => line.includes(" invoke "))];
      const { statusCode, body } = JSON.parse(invoked?.stdout ?? "");
      expect(statusCode).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ config: { greeting: "hello" } });
      const said = [...(invoked?.stderr ?? "").matchAll(/\[parameter-store-extension\] (.*)/g)].map(([, line]) => line);
      expect(said).toEqual([
        "INIT start",
        expect.stringMatching(/^Registered with ID: /),
        "Fetching parameter: /lambda-ext/demo/config",
        expect.stringMatching(/^Parameter written to .* in \d+ ms$/),
        "INIT complete",
      ]);
      const [checked] = await type(["lambda-ext check"]);
      expect(checked?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    },
  );

  test.skipIf(skipped || !python)("its example in Python (needs awslambdaric)", { timeout: 60_000 }, async () => {
    const results = await type(lines.filter((line) => line.includes("demo-python")));
    const answer = JSON.parse(results.at(-1)?.stdout ?? "");
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ config: { greeting: "hello" } });
  });

  test.skipIf(skipped).each([
    ["/lambda-ext/demo/config/below", /ParameterNotFound.*Create the parameter in us-east-1/],
    ["/somebody/elses", /AccessDenied.*Allow the function's role ssm:GetParameter on the parameter/],
  ])("the function runs without %s, and the log says why", async (parameter, reason) => {
    await type([`lambda-ext attach --function demo --env PARAMETER_NAME=${parameter} --local`]);
    const { statusCode, log } = await invoke();
    expect(statusCode).toBe(503);
    expect(log).toMatch(reason);
  });

  test.skipIf(skipped)(
    "every other way to read needs what its README says, no less",
    { timeout: 120_000 },
    async () => {
      const folder = join(target.folder, project);
      const readme = readFileSync(join(folder, "README.md"), "utf8");
      const ways = [...readme.matchAll(/^```json\n(.*?)^```$/gms)]
        .map(([, text = ""]) => JSON.parse(text) as Partial<Attach>)
        .filter((way): way is Attach => way.environment !== undefined);
      const token = { token: "grüß" };
      const expected = [
        { url: "https://example.com/?a=1&b=2", limits: { most: 1.5 } },
        {
          url: "https://example.com/?a=1&b=2",
          limits: { most: 1.5 },
          config: { greeting: "hello" },
          db: { host: "db.internal" },
        },
        token,
        token,
      ];
      expect(ways).toHaveLength(expected.length);
      await type([
        "lambda-ext put-parameter /lambda-ext/demo/url --value 'https://example.com/?a=1&b=2' --local",
        "lambda-ext put-parameter /lambda-ext/demo/limits --value '{\"most\":1.5}' --local",
        "lambda-ext put-parameter /lambda-ext/demo/db/host --value db.internal --type SecureString --local",
      ]);
      await putSecret("lambda-ext/demo/token", JSON.stringify(token));
      for (const [index, way] of ways.entries()) {
        const others = ["PARAMETER_NAME", "PARAMETER_PATH", "SECRET_ID"].filter((name) => !(name in way.environment));
        const empty = others.map((name) => ` --env ${name}=`).join("");
        // What makes another environment is a change of the function.
        const attach = (attempt: string) =>
          `lambda-ext attach --function demo --env ATTEMPT=${index}-${attempt}${empty} --local`;
        configure(folder, way);
        for (const { actions } of way.statements) {
          // The old policy stays until there is another one: one that allows as good as nothing.
          const rest = way.statements.filter((statement) => statement.actions !== actions);
          const useless = { actions: ["s3:ListAllMyBuckets"], resources: ["*"] };
          configure(folder, { ...way, statements: [...rest, useless] });
          await type(["lambda-ext create-role demo-role --local", attach(`without-${actions[0]}`)]);
          const { statusCode, log } = await invoke();
          expect(statusCode).toBe(503);
          expect(log).toContain(`Allow the function's role ${actions[0]} on the `);
        }
        configure(folder, way);
        await type(["lambda-ext create-role demo-role --local", attach("whole")]);
        const { body } = await invoke();
        expect(body.config).toEqual(expected[index]);
      }
    },
  );

  test.skipIf(skipped)("an invocation after the time to live sets off a refresh", { timeout: 60_000 }, async () => {
    const put = (value: string) => `lambda-ext put-parameter /lambda-ext/demo/config --value ${value} --local`;
    const folder = join(target.folder, project);
    configure(folder, {
      environment: { PARAMETER_NAME: "/lambda-ext/demo/config", CONFIG_TTL: "1" },
      statements: [{ actions: ["ssm:GetParameter"], resources: ["ssm:parameter/lambda-ext/demo/config"] }],
    });
    await type([
      put(`'{"n":1}'`),
      "lambda-ext create-role demo-role --local",
      "lambda-ext attach --function demo --env PARAMETER_PATH= --env SECRET_ID= --local",
    ]);
    expect((await invoke()).body.config).toEqual({ n: 1 });
    await type([put(`'{"n":2}'`)]);
    const said: string[] = [];
    let config: unknown;
    for (let i = 0; i < 30 && JSON.stringify(config) !== '{"n":2}'; i++) {
      const { body, log } = await invoke();
      config = body.config;
      said.push(log);
    }
    expect(config).toEqual({ n: 2 });
    expect(said.join("\n").match(/\[parameter-store-extension\] Refreshed /g)).toHaveLength(1);
    // The same environment has seen both.
    expect(said.join("\n")).not.toContain("INIT start");
  });

  test.skipIf(skipped)("it ends at SHUTDOWN by itself", { timeout: 60_000 }, async () => {
    await target.shutDown();
    const [logged] = await type(["lambda-ext logs --function demo --local"]);
    const ends = logged?.stdout.match(/\[parameter-store-extension\] SHUTDOWN: \w+/g) ?? [];
    expect(ends.length).toBeGreaterThan(0);
    expect(new Set(ends)).toEqual(new Set(["[parameter-store-extension] SHUTDOWN: spindown"]));
    expect(logged?.stdout).not.toContain("Extension.Crash");
  });

  /** Makes this the configuration's `attach`. */
  function configure(folder: string, attach: Attach): void {
    const path = join(folder, "lambda-ext.jsonc");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, applyEdits(text, modify(text, ["attach"], attach, {})));
  }

  async function putSecret(name: string, value: string): Promise<void> {
    const { stdout } = await target.run(project, ["local", "env", "--json"]);
    const { variables } = JSON.parse(stdout);
    const client = new SecretsManagerClient({
      endpoint: variables.AWS_ENDPOINT_URL,
      region: variables.AWS_REGION,
      credentials: { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY },
    });
    await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
    client.destroy();
  }
});
