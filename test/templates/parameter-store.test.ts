// The parameter-store extension as a real process, between a Lambda and a Parameter Store of ours.
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../support/tools.ts";
import { buildParameterStore } from "./build-extension.ts";
import { type LifeOptions, live } from "./extension-life.ts";
import { answer, extensionId, type ParameterStore, refuse } from "./fake-lambda.ts";

const unsupported = process.platform !== "linux" || missing("go");

describe.skipIf(unsupported)("the parameter-store extension (needs Go and Linux)", () => {
  let folder: string;
  let binary: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
    binary = await buildParameterStore(folder);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("writes the value byte for byte before INIT ends, and exits with 0 at SHUTDOWN", async () => {
    // 8 KB is the most that an advanced parameter holds, counted in bytes.
    const start = '{"greeting":"grüß dich 日本 😀"}\r\n\u0000';
    const value =
      start + "x".repeat((8192 - Buffer.byteLength(start)) % 3) + "é\t".repeat((8192 - Buffer.byteLength(start)) / 3);
    expect(Buffer.byteLength(value)).toBe(8192);
    let asked: unknown;
    const life = await live(binary, {
      parameterStore: (call, response) => {
        asked = { ...JSON.parse(call.body), target: call.headers["x-amz-target"], ...call.scope };
        answer(response, 200, {
          Parameter: { Name: "/orders/config", Type: "SecureString", Value: value, Version: 1 },
        });
      },
    });

    expect(life.found?.equals(Buffer.from(value))).toBe(true);
    expect(life.mode).toBe(0o600);
    expect(life.code).toBe(0);
    expect(asked).toEqual({
      Name: "/orders/config",
      WithDecryption: true,
      target: "AmazonSSM.GetParameter",
      region: "eu-central-1",
      service: "ssm",
    });
    const [written, milliseconds] = life.lines[3]?.split(" in ") ?? [];
    expect(milliseconds).toMatch(/^\d+ ms$/);
    expect([...life.lines.slice(0, 3), written, ...life.lines.slice(4)]).toEqual([
      "[parameter-store-extension] INIT start",
      `[parameter-store-extension] Registered with ID: ${extensionId}`,
      "[parameter-store-extension] Fetching parameter: /orders/config",
      `[parameter-store-extension] Parameter written to ${life.file}`,
      "[parameter-store-extension] INIT complete",
      "[parameter-store-extension] SHUTDOWN: spindown",
    ]);
    expect(life.log).not.toContain("grüß");
    expect(life.calls.map(({ path }) => path)).toEqual([
      "/2020-01-01/extension/register",
      "/",
      "/2020-01-01/extension/event/next",
    ]);
    const [register, , next] = life.calls;
    expect(register?.headers["lambda-extension-name"]).toBe("parameter-store-extension");
    // Registered for INVOKE as well, it would be woken by every invocation for nothing.
    expect(JSON.parse(register?.body ?? "")).toEqual({ events: ["SHUTDOWN"] });
    expect(next?.headers["lambda-extension-identifier"]).toBe(extensionId);
  });

  test("makes a smaller layer than its original's 2.7 MB (x86_64) and 2.4 MB (arm64)", async () => {
    const zipped = deflateRawSync(await readFile(binary), { level: 9 }).length;
    expect(zipped).toBeGreaterThan(1_000_000);
    expect(zipped).toBeLessThan(process.arch === "arm64" ? 2_400_000 : 2_700_000);
  });

  test("is named by its file", async () => {
    const renamed = join(folder, "settings");
    await copyFile(binary, renamed);
    const life = await live(renamed, { parameterStore: value("") });
    expect(life.found?.toString()).toBe("");
    expect(life.calls[0]?.headers["lambda-extension-name"]).toBe("settings");
    for (const line of life.lines) expect(line).toMatch(/^\[settings\] /);
  });

  interface Failure extends LifeOptions {
    readonly title: string;
    readonly reason: RegExp;
    readonly attempts: number;
  }
  const failures: readonly Failure[] = [
    {
      title: "there is no such parameter",
      parameterStore: refused("ParameterNotFound", ""),
      reason: /ParameterNotFound .*Create the parameter in eu-central-1, or correct PARAMETER_NAME$/m,
      attempts: 1,
    },
    {
      title: "the role lacks the permission",
      parameterStore: refused("AccessDeniedException", "User: x is not authorized"),
      reason: /User: x is not authorized .*Allow the function's role ssm:GetParameter on the parameter$/m,
      attempts: 1,
    },
    {
      title: "the key is not allowed",
      parameterStore: refused("AccessDeniedException", "The ciphertext refers to a KMS key that you cannot access."),
      reason: /Allow the function's role kms:Decrypt on the parameter's key$/m,
      attempts: 1,
    },
    {
      title: "the credentials are wrong",
      env: { AWS_SECRET_ACCESS_KEY: "another-secret" },
      reason: /InvalidSignatureException: The signature does not match\./,
      attempts: 1,
    },
    {
      title: "nobody has set PARAMETER_NAME",
      env: { PARAMETER_NAME: "" },
      reason: /PARAMETER_NAME is not set\. Set it on the function/,
      attempts: 0,
    },
    {
      title: "SSM cannot be reached",
      env: { AWS_ENDPOINT_URL_SSM: "http://127.0.0.1:1" },
      reason: /connection refused, tried 6 times$/m,
      attempts: 0,
    },
    {
      title: "SSM throttles for too long",
      parameterStore: refused("ThrottlingException", "Rate exceeded"),
      reason: /ThrottlingException: Rate exceeded \(HTTP status 400\), tried 6 times$/m,
      attempts: 6,
    },
    {
      title: "something else answers",
      parameterStore: (_, response) => void response.end("<html>hello</html>"),
      reason: /answered with something that is not its JSON$/m,
      attempts: 1,
    },
  ];

  test.concurrent.each(failures)("lets the function run without the file where $title", async (failure) => {
    const life = await live(binary, { ...failure, left: "from an earlier INIT" });
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(failure.reason);
    expect(life.log).toContain(`The function runs without ${life.file}: `);
    expect(life.lines.at(-2)).toBe("[parameter-store-extension] INIT complete");
    expect(life.log).not.toContain("no-log-may-hold");
    expect(life.calls.filter(({ path }) => path === "/")).toHaveLength(failure.attempts);
    expect(life.code).toBe(0);
  });

  test.concurrent("keeps seconds of INIT for the runtime where SSM does not answer", async () => {
    const life = await live(binary, { parameterStore: () => {} });
    expect(life.initMilliseconds).toBeLessThan(8500);
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(/no answer in time: .*, tried [34] times$/m);
    expect(life.code).toBe(0);
  });

  test.concurrent("tries again where it is throttled, refused by a broken service, or cut off", async () => {
    const life = await live(binary, {
      parameterStore: (call, response) => {
        if (call.number === 1) refuse(response, "ThrottlingException", "Rate exceeded");
        else if (call.number === 2) answer(response, 500, { __type: "InternalServerError" });
        else if (call.number === 3) response.destroy();
        else answer(response, 200, { Parameter: { Value: "at last" } });
      },
    });
    expect(life.found?.toString()).toBe("at last");
    expect(life.log).not.toContain("without");
  });

  test.concurrent("reports a broken Extensions API and exits with 1", async () => {
    const refusal = { errorType: "InternalServerError", errorMessage: "Internal Server Error" };
    const life = await live(binary, { parameterStore: value("x"), next: [500, refusal] });
    expect(life.code).toBe(1);
    expect(life.lines.at(-1)).toMatch(/^\[parameter-store-extension\] wait for the next event: InternalServerError/);
    const report = life.calls.at(-1);
    expect(report?.path).toBe("/2020-01-01/extension/exit/error");
    expect(report?.headers["lambda-extension-function-error-type"]).toBe("Extension.NextFailed");
    expect(report?.headers["lambda-extension-identifier"]).toBe(extensionId);
    expect(JSON.parse(report?.body ?? "")).toMatchObject({ errorType: "Extension.NextFailed" });
  });

  test.concurrent("says why it cannot register and exits with 1", async () => {
    const life = await live(binary, { registerStatus: 403 });
    expect(life.code).toBe(1);
    expect(life.log).toMatch(/register extension parameter-store-extension: .*HTTP status 403/);
    expect(life.calls).toHaveLength(1);
  });
});

function value(text: string): ParameterStore {
  return (_, response) => answer(response, 200, { Parameter: { Value: text } });
}

function refused(code: string, message: string): ParameterStore {
  return (_, response) => refuse(response, code, message);
}
