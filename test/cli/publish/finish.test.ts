// The command that finishes a publish: whole, and no more than is needed.
import { describe, expect, it } from "vitest";
import type { Globals } from "../../../src/cli/globals.ts";
import { finishCommands } from "../../../src/cli/publish/finish.ts";
import type { PublishOptions } from "../../../src/cli/publish/options.ts";
import type { PublishOutcome } from "../../../src/publish/apply/outcome.ts";

const globals: Globals = { json: false, quiet: false, verbose: false, color: true, yes: false };
const error = { code: "Throttled", message: "m", hint: "" };

function outcome(region: string, more: Partial<PublishOutcome> = { result: "failed", error }): PublishOutcome {
  return { region, architecture: "arm64", layerName: "demo", codeSha256: "x", result: "published", ...more };
}

function finish(
  outcomes: PublishOutcome[],
  options: PublishOptions,
  more: Partial<Globals> = {},
  platform: NodeJS.Platform = "linux",
) {
  return finishCommands(outcomes, {
    globals: { ...globals, ...more },
    options,
    aligned: options.align !== undefined || more.config === "aligned.jsonc",
    platform,
  });
}

const twoFailed = [outcome("eu-west-1", {}), outcome("me-south-1"), outcome("me-south-1"), outcome("us-east-1")];

describe("the command that finishes", () => {
  it("is none where nothing failed", () => {
    expect(finish([outcome("eu-west-1", {})], { force: true })).toEqual([]);
  });

  it("does not repeat what somebody has put into an endpoint's address to get in", () => {
    const [command] = finish([outcome("eu-west-1")], {}, { endpointUrl: "https://key:secret@proxy.example:8443/aws" });
    expect(command).toBe("lambda-ext publish --regions eu-west-1 --endpoint-url https://proxy.example:8443/aws");
  });

  it("names the regions that failed, and all that was said besides", () => {
    const options: PublishOptions = {
      regions: ["all"],
      arch: ["x86_64", "arm64"],
      zip: "my layer.zip",
      layerName: "{name}",
      description: "It's one",
      license: "MIT",
      compatibleRuntimes: ["nodejs22.x", "python3.13"],
      public: true,
      account: ["111122223333", "444455556666"],
      org: ["o-a1b2c3d4e5"],
      allowFail: ["me-south-1", "eu-west-1"],
      minRegions: 30,
      regionTimeout: 60,
      build: true,
      planFile: "p.json",
    };
    const more = {
      config: "c.jsonc",
      profile: "work",
      endpointUrl: "http://127.0.0.1:1",
      yes: true,
      region: "eu-west-1",
    };
    expect(finish(twoFailed, options, more)).toEqual([
      "lambda-ext publish --regions me-south-1,us-east-1 --config c.jsonc --profile work --endpoint-url http://127.0.0.1:1 " +
        "--arch all --zip 'my layer.zip' --layer-name '{name}' --description 'It'\\''s one' --license MIT " +
        "--compatible-runtimes nodejs22.x,python3.13 --public --account 111122223333,444455556666 --org o-a1b2c3d4e5 " +
        "--region-timeout 60 --allow-fail me-south-1 --yes",
    ]);
  });

  it.each([
    [{ local: true }, "--local"],
    [{ local: false }, "--no-local"],
  ])("stays with the target of %j", (more, flag) => {
    expect(finish(twoFailed, { private: true, outDir: "out" }, more)).toEqual([
      `lambda-ext publish --regions me-south-1,us-east-1 --out-dir out --private ${flag}`,
    ]);
  });

  it("looks at all regions where they are to have one number", () => {
    expect(
      finish(twoFailed, { align: "placeholder", regions: ["all"], minRegions: 3, allowFail: ["eu-south-1"] }),
    ).toEqual(["lambda-ext publish --regions all --align placeholder --allow-fail eu-south-1 --min-regions 3"]);
    expect(finish(twoFailed, { align: "same-bytes" }, { region: "eu-west-1" })).toEqual([
      "lambda-ext publish --region eu-west-1 --align same-bytes",
    ]);
  });

  it("looks at all of them where the configuration says so", () => {
    expect(finish(twoFailed, {}, { config: "aligned.jsonc" })).toEqual(["lambda-ext publish --config aligned.jsonc"]);
  });

  it("aligns with what was forced, once there is some of it", () => {
    const aligned = { align: "placeholder", force: true } as const;
    expect(finish(twoFailed, aligned)).toEqual(["lambda-ext publish --align placeholder"]);
    expect(finish([outcome("eu-west-1")], aligned)).toEqual(["lambda-ext publish --align placeholder --force"]);
  });

  it("is the plan again where there was one", () => {
    expect(finish(twoFailed, { plan: "plan.json", regionTimeout: 9 }, { local: true, region: "eu-west-1" })).toEqual([
      "lambda-ext publish --region-timeout 9 --plan plan.json --local",
    ]);
  });

  it("is not the plan again for what it lacks", () => {
    const lacking = outcome("me-south-1", { result: "failed", error: { ...error, code: "NotPlanned" } });
    expect(finish([outcome("eu-west-1", {}), lacking], { plan: "plan.json" })).toEqual([]);
    expect(finish([outcome("eu-west-1"), lacking], { plan: "plan.json" })).toHaveLength(1);
  });

  it("forces no second version of what has its new one already", () => {
    const made = outcome("us-east-1", { result: "failed", error, version: 4, arn: "a" });
    expect(finish([outcome("me-south-1"), made], { force: true })).toEqual([
      "lambda-ext publish --regions me-south-1 --force",
      "lambda-ext publish --regions us-east-1",
    ]);
  });

  it("is quoted as the shell at hand reads it", () => {
    expect(finish(twoFailed, { zip: "C:\\my layers\\a.zip", description: 'say "hi"' }, {}, "win32")).toEqual([
      'lambda-ext publish --regions me-south-1,us-east-1 --zip "C:\\my layers\\a.zip" --description "say \\"hi\\""',
    ]);
  });
});
