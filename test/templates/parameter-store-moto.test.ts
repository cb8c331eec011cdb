// The parameter-store extension against a Parameter Store that we did not write.
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

  function liveOnMoto(parameter: string) {
    return live(binary, {
      env: { ...moto.env, AWS_ENDPOINT_URL_SSM: moto.url, AWS_SESSION_TOKEN: "", PARAMETER_NAME: parameter },
    });
  }

  test.each(["String", "SecureString"])("reads a %s, by its name and in one version", async (type) => {
    const name = `/orders/${type}`;
    await moto.aws("ssm", "put-parameter", "--name", name, "--type", type, "--value", '{"n": 1}');
    await moto.aws("ssm", "put-parameter", "--name", name, "--type", type, "--value", '{"n": 2}', "--overwrite");
    expect((await liveOnMoto(name)).found?.toString()).toBe('{"n": 2}');
    expect((await liveOnMoto(`${name}:1`)).found?.toString()).toBe('{"n": 1}');
  });

  test("tells what moto says of a parameter that is not there", async () => {
    const life = await liveOnMoto("/orders/nowhere");
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(/: GetParameter: ParameterNotFound: .*Create the parameter in eu-west-1/);
    expect(life.code).toBe(0);
  });
});
