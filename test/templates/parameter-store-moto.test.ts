// The parameter-store extension against a Parameter Store that we did not write.
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Moto, startMoto } from "../support/moto.ts";
import { missing } from "../support/tools.ts";
import { buildParameterStore } from "./build-extension.ts";
import { live } from "./extension-life.ts";

const unsupported = process.platform !== "linux" || missing("go", "moto_server", "aws");

describe.skipIf(unsupported)("the parameter-store extension and moto (needs Go, moto_server and the AWS CLI)", () => {
  let folder: string;
  let binary: string;
  let moto: Moto;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
    [binary, moto] = await Promise.all([buildParameterStore(folder), startMoto()]);
  }, 240_000);
  afterAll(async () => {
    await moto?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function liveOnMoto(parameter: string, env: Readonly<Record<string, string>> = {}) {
    return live(binary, {
      env: {
        ...moto.env,
        AWS_ENDPOINT_URL_SSM: moto.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url,
        AWS_SESSION_TOKEN: "",
        PARAMETER_NAME: parameter,
        ...env,
      },
    });
  }

  test.each(["String", "SecureString"])("reads a %s, by its name and in one version", async (type) => {
    const name = `/orders/${type}`;
    await moto.aws("ssm", "put-parameter", "--name", name, "--type", type, "--value", '{"n": 1}');
    await moto.aws("ssm", "put-parameter", "--name", name, "--type", type, "--value", '{"n": 2}', "--overwrite");
    expect((await liveOnMoto(name)).found?.toString()).toBe('{"n": 2}');
    expect((await liveOnMoto(`${name}:1`)).found?.toString()).toBe('{"n": 1}');
  });

  test("reads several by name, ARN and version, and all pages below a path", { timeout: 60_000 }, async () => {
    const put = (name: string, value: string) =>
      moto.aws("ssm", "put-parameter", "--name", name, "--type", "SecureString", "--value", value);
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    for (const name of names) await put(`/many/${name}`, `value of ${name}`);
    await put("/many/deep/er/x", '{"as":"it is"}');
    const { Parameter } = await moto.aws("ssm", "get-parameter", "--name", "/many/n1");
    const wanted = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));

    const byName = ["/many/n0", Parameter.ARN, "/many/n2:1", ...names.slice(3).map((name) => `/many/${name}`)];
    const named = await liveOnMoto(byName.join(","));
    expect(named.log).toContain("12 values written to ");
    expect(JSON.parse(named.found?.toString() ?? "")).toEqual(wanted);
    const below = await liveOnMoto("", { PARAMETER_PATH: "/many/" });
    expect(JSON.parse(below.found?.toString() ?? "")).toEqual({ ...wanted, deep: { er: { x: { as: "it is" } } } });
    const absent = await liveOnMoto("/many/n0,/many/none");
    expect(absent.found).toBeUndefined();
    expect(absent.log).toMatch(/there is no \/many\/none\. Create it in eu-west-1, or correct PARAMETER_NAME/);
  });

  test("reads a secret by name, by ARN, in bytes, and through Parameter Store", { timeout: 60_000 }, async () => {
    const make = (name: string, ...value: readonly string[]) =>
      moto.aws("secretsmanager", "create-secret", "--name", name, ...value);
    const { ARN } = await make("prod/db", "--secret-string", '{"user":"me"}');
    const bytes = Buffer.from([0, 1, 255]);
    writeFileSync(join(folder, "bytes"), bytes);
    await make("key", "--secret-binary", `fileb://${join(folder, "bytes")}`);
    for (const id of ["prod/db", ARN]) {
      expect((await liveOnMoto("", { SECRET_ID: id })).found?.toString()).toBe('{"user":"me"}');
    }
    expect((await liveOnMoto("", { SECRET_ID: "key" })).found).toEqual(bytes);
    const through = await liveOnMoto("/aws/reference/secretsmanager/prod/db", { CONFIG_FORMAT: "json" });
    expect(JSON.parse(through.found?.toString() ?? "")).toEqual({ db: { user: "me" } });
    const both = await liveOnMoto("/aws/reference/secretsmanager/prod/db", { SECRET_ID: `other=${ARN}` });
    expect(JSON.parse(both.found?.toString() ?? "")).toEqual({ db: { user: "me" }, other: { user: "me" } });
    const absent = await liveOnMoto("", { SECRET_ID: "none" });
    expect(absent.log).toMatch(/ResourceNotFoundException: .*Create the secret in eu-west-1, or correct SECRET_ID/);
  });

  test("tells what moto says of a parameter that is not there", async () => {
    const life = await liveOnMoto("/orders/nowhere");
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(/: GetParameter: ParameterNotFound: .*Create the parameter in eu-west-1/);
    expect(life.code).toBe(0);
  });
});
