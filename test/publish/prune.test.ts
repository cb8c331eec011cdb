// The decisions of prune, without a network; and what it does where something has changed since.
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/aws/connection.ts";
import { noLedger } from "../../src/publish/ledger.ts";
import { applyPrune } from "../../src/publish/prune/apply.ts";
import { type PruneRule, planPrune } from "../../src/publish/prune/plan.ts";
import { type SurveyedVersion, surveyVersions } from "../../src/publish/versions/survey.ts";
import { clientOptions, lambdaTrust, startTestEndpoint, zipOf } from "../emulator/control/support.ts";
import { diceOf } from "./bad-days/random.ts";

const version = (number: number, change: Partial<SurveyedVersion> = {}): SurveyedVersion => ({
  region: "eu-west-1",
  layerName: "demo",
  arn: `arn:aws:lambda:eu-west-1:123456789012:layer:demo:${number}`,
  version: number,
  codeSha256: `sha-${number}`,
  codeBytes: 1,
  architectures: ["arm64"],
  runtimes: [],
  description: "",
  license: "",
  // As AWS writes dates.
  created: `2026-11-${String(number).padStart(2, "0")}T10:00:00.000+0000`,
  grants: [],
  usedBy: [],
  ...change,
});
const rule: PruneRule = { keep: 1, before: undefined, shared: false };
const going = (versions: readonly SurveyedVersion[], change: Partial<PruneRule> = {}) =>
  planPrune(versions, { ...rule, ...change }).flatMap((step) => (step.action === "delete" ? step.version.version : []));
const why = (steps: ReturnType<typeof planPrune>) => steps.map(({ reason }) => reason);

describe("planPrune", () => {
  it("keeps the newest, whatever the order in which they come", () => {
    expect(going([version(1), version(3), version(2)])).toEqual([1, 2]);
    expect(going([version(3), version(2), version(1)], { keep: 2 })).toEqual([1]);
    expect(going([version(1)], { keep: 5 })).toEqual([]);
  });

  it("counts each layer, each region and each architecture by itself", () => {
    const elsewhere = { region: "us-east-1" };
    const amd = { architectures: ["x86_64"] };
    expect(going([version(4), version(3, amd), version(2), version(1, amd)])).toEqual([2, 1]);
    expect(going([version(2), version(1), version(1, elsewhere)])).toEqual([1]);
    expect(going([version(2), version(1, { layerName: "other" })])).toEqual([]);
    expect(going([version(3), version(2, { architectures: ["x86_64", "arm64"] }), version(1)])).toEqual([1]);
    expect(going([version(3, { architectures: [] }), version(2, { architectures: [] }), version(1)])).toEqual([2]);
  });

  it("keeps what a version of a function has, and says whose", () => {
    const use = (functionName: string, at = "$LATEST") => ({ functionName, version: at });
    const versions = [
      version(9),
      version(2, { usedBy: [use("checkout"), use("checkout", "3")] }),
      version(1, { usedBy: [use("a"), use("b"), use("c"), use("d"), use("e")] }),
    ];
    expect(going(versions)).toEqual([]);
    expect(why(planPrune(versions, rule))).toEqual([
      "the newest",
      "used by checkout:$LATEST, checkout:3",
      "used by a:$LATEST, b:$LATEST, c:$LATEST and 2 more",
    ]);
  });

  it("keeps what nobody has looked at", () => {
    expect(going([version(9), version(1, { usedBy: undefined })])).toEqual([]);
  });

  it("keeps what is shared, unless that is to go too, and says with whom", () => {
    const grants = [
      { sid: "a", grantee: "222222222222" },
      { sid: "b", grantee: undefined },
    ];
    const versions = [version(9), version(1, { grants })];
    expect(going(versions)).toEqual([]);
    expect(why(planPrune(versions, rule))[1]).toBe(
      "shared with account 222222222222, whom statement b means, whose functions cannot be seen",
    );
    expect(going(versions, { shared: true })).toEqual([1]);
    expect(why(planPrune(versions, { ...rule, shared: true }))[1]).toMatch(
      /no function in this account has it, and it is shared/,
    );
    const used = version(1, { grants, usedBy: [{ functionName: "f", version: "1" }] });
    expect(going([version(9), used], { shared: true })).toEqual([]);
  });

  it("keeps what is not old enough, and what has no date", () => {
    const before = Date.UTC(2026, 10, 3);
    expect(going([version(9), version(3), version(2)], { before })).toEqual([2]);
    expect(going([version(9), version(2, { created: "" })], { before })).toEqual([]);
    expect(going([version(9), version(2, { created: "" })])).toEqual([2]);
  });
});

describe("planPrune, over many accounts", () => {
  const seeds = 2000;

  it(`keeps what must stay, deletes the rest, and is done then: ${seeds} seeds`, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const dice = diceOf(seed);
      const ascending = Array.from({ length: dice.between(0, 12) }, (_, index) =>
        version(index + 1, {
          region: dice.pick(["eu-west-1", "us-east-1"]),
          layerName: dice.pick(["a", "b"]),
          architectures: dice.pick([["arm64"], ["x86_64"], ["x86_64", "arm64"], []]),
          usedBy: dice.chance(0.1) ? undefined : dice.pick([[], [], [{ functionName: "f", version: "$LATEST" }]]),
          grants: dice.pick([[], [], [{ sid: "s", grantee: "public" }]]),
          created: dice.pick([`2026-11-${String(index + 1).padStart(2, "0")}T10:00:00.000+0000`, ""]),
        }),
      );
      const versions = dice.some(ascending, ascending.length);
      const chosen = {
        keep: dice.pick([1, 2, 3]),
        before: dice.chance(0.5) ? Date.UTC(2026, 10, 8) : undefined,
        shared: dice.pick([true, false]),
      };
      const steps = planPrune(versions, chosen);
      expect(steps.map((step) => step.version)).toEqual(versions);
      const gone = steps.filter(({ action }) => action === "delete").map((step) => step.version);
      const left = versions.filter((each) => !gone.includes(each));
      for (const each of gone) {
        expect(each.usedBy, `seed ${seed}`).toEqual([]);
        if (!chosen.shared) expect(each.grants).toEqual([]);
        if (chosen.before !== undefined) expect(Date.parse(each.created)).toBeLessThan(chosen.before);
        const newer = left.filter(
          (other) => other.region === each.region && other.layerName === each.layerName && other.version > each.version,
        );
        const like = (architecture: string) =>
          newer.filter(({ architectures }) => (architectures.length > 0 ? architectures : [""]).includes(architecture));
        for (const architecture of each.architectures.length > 0 ? each.architectures : [""]) {
          expect(like(architecture).length, `seed ${seed}`).toBeGreaterThanOrEqual(chosen.keep);
        }
      }
      expect(
        planPrune(left, chosen).filter(({ action }) => action === "delete"),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });
});

describe("applyPrune", () => {
  it("keeps what has come into use, or was shared, since the plan was made; deletes what is gone already", async () => {
    const endpoint = await startTestEndpoint();
    try {
      const region = "us-east-1";
      const client = new LambdaClient(clientOptions(endpoint.emulator, region));
      for (let made = 0; made < 5; made++) {
        const ZipFile = await zipOf({ "a.txt": String(made) });
        await client.send(new PublishLayerVersionCommand({ LayerName: "racy", Content: { ZipFile } }));
      }
      const { url, credentials } = endpoint.emulator;
      const connection = connect({ region, endpoint: url, credentials }, { signal: new AbortController().signal });
      const options = { regions: [region], layerNames: ["racy"], ledger: noLedger, uses: "functions" } as const;
      const [survey] = await surveyVersions(connection, options);
      if (!survey || "error" in survey) throw new Error("the survey failed");
      const plan = planPrune(survey.versions, rule);
      expect(plan.filter(({ action }) => action === "delete")).toHaveLength(4);

      const iam = new IAMClient(clientOptions(endpoint.emulator));
      await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
      await client.send(
        new CreateFunctionCommand({
          FunctionName: "late",
          Role: "arn:aws:iam::123456789012:role/runs",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: await zipOf({ "index.mjs": "" }) },
          Layers: [`arn:aws:lambda:us-east-1:123456789012:layer:racy:3`],
        }),
      );
      await client.send(
        new AddLayerVersionPermissionCommand({
          LayerName: "racy",
          VersionNumber: 2,
          StatementId: "all",
          Action: "lambda:GetLayerVersion",
          Principal: "*",
        }),
      );
      await client.send(new DeleteLayerVersionCommand({ LayerName: "racy", VersionNumber: 1 }));

      const outcomes = await applyPrune(connection, plan, rule);
      expect(
        outcomes.map(({ version: { version: number }, result, meanwhile }) => [number, result, meanwhile]),
      ).toEqual([
        [5, "kept", undefined],
        [4, "deleted", undefined],
        [3, "kept", true],
        [2, "kept", true],
        [1, "deleted", undefined],
      ]);
      expect(outcomes[2]?.reason).toBe("used by late:$LATEST, since the plan was made");
      expect(outcomes[3]?.reason).toMatch(/^shared with everybody/);
    } finally {
      await endpoint.close();
    }
  });
});
