// kill -9 of the endpoint's own process, as it ships: what the invoker sees, what is left, and that the next one works.
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { findEndpoint } from "../../../src/emulator/background/find.ts";
import type { IsolationLevel } from "../../../src/emulator/execution.ts";
import { isAlive } from "../../../src/emulator/sandbox/proc.ts";
import { packZip } from "../../../src/layer/zip/write.ts";
import { soon } from "../../support/soon.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { startShipped } from "../control/shipped.ts";
import { lambdaTrust } from "../control/support.ts";
import { familyOf, isStopped, livingWith } from "./support/family.ts";
import { createGate } from "./support/gate.ts";
import { everyLevel } from "./support/levels.ts";
import { buildPrograms } from "./support/programs.ts";

interface Row {
  readonly level: IsolationLevel;
  readonly when: "running" | "idle";
  /** Of its processes, those that are there until the next start. */
  readonly left: readonly ("runtime" | "extension" | "daemon")[];
}

const rows: readonly Row[] = [
  { level: "bwrap", when: "running", left: [] },
  { level: "bwrap", when: "idle", left: [] },
  { level: "namespace", when: "running", left: [] },
  { level: "namespace", when: "idle", left: [] },
  // The extension waits for an answer that will never come, notices, and ends by itself; the runtime is at work.
  { level: "none", when: "running", left: ["runtime", "daemon"] },
  // Whoever is frozen notices nothing. What has left its session is not frozen.
  { level: "none", when: "idle", left: ["runtime", "extension", "daemon"] },
];

const daemon =
  'setsid sleep 600 >/dev/null 2>&1 </dev/null & until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done';

let zips: { function: Buffer; layer: Buffer };
beforeAll(async () => {
  const { bootstrap, extension } = await buildPrograms();
  const zipWith = (path: string, content: Buffer) => packZip([{ kind: "file", path, mode: 0o755, content }]);
  zips = { function: await zipWith("bootstrap", bootstrap), layer: await zipWith("extensions/one", extension) };
});

for (const { level, skip, why } of everyLevel) {
  describe.skipIf(skip)(`kill -9 of the endpoint at level ${level}${why} (the bundle)`, () => {
    // What is left at level none may be ended by any other test's start.
    const limits = { timeout: 30_000, retry: level === "none" ? 2 : 0 };
    test.for(rows.filter((row) => row.level === level))("$when", limits, async ({ when, left }) => {
      const directory = temporaryFolder();
      const env = { LAMBDA_EXT_ISOLATION: level };
      const { child, gone, options } = await startShipped(directory, { env });
      const mark = directory;
      await createFunction(options, mark);
      const invoke = async (client: LambdaClient, event: unknown) => {
        const Payload = JSON.stringify(event);
        return (await client.send(new InvokeCommand({ FunctionName: "f", Payload }))).FunctionError ?? "an answer";
      };
      const lambda = new LambdaClient(options);
      await invoke(lambda, { do: "run", Command: ["/bin/sh", "-c", daemon] });
      const family = familyOf(mark, level);
      const everybody = Object.values(family).filter((pid) => pid !== undefined);

      const gate = await createGate();
      const invocation = when === "running" ? invoke(lambda, { do: "get", text: gate.url }) : undefined;
      const seen = expect(invocation ?? Promise.reject(new Error("socket hang up"))).rejects.toThrow(
        /socket hang up|ECONNRESET/,
      );
      if (when === "running") await gate.reached();
      else await vi.waitFor(() => expect(isStopped(family.runtime ?? 0)).toBe(true), soon);
      child.kill("SIGKILL");
      await gone;
      await seen;
      const expected = left.map((name) => family[name]);
      await vi.waitFor(() => expect(everybody.filter(isAlive).sort()).toEqual(expected.sort()), soon);

      const next = await startShipped(directory, { env });
      await vi.waitFor(() => expect(livingWith(mark)).toEqual([]), soon);
      await gate.close();
      expect(await invoke(new LambdaClient(next.options), {})).toBe("an answer");
      const { status } = await findEndpoint({
        env: { LAMBDA_EXT_LOCAL_DIR: directory },
        signal: new AbortController().signal,
      });
      const words = status?.warnings.map(({ message }) => message) ?? [];
      if (left.length > 0)
        expect(words).toContain(`Ended ${left.length} processes that an earlier run had left behind.`);
      next.child.kill("SIGTERM");
      await next.gone;
      expect(livingWith(mark)).toEqual([]);
    });
  });
}

async function createFunction(options: ConstructorParameters<typeof LambdaClient>[0] & object, mark: string) {
  const [lambda, iam] = [new LambdaClient(options), new IAMClient(options)];
  const role = await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }));
  const layer = await lambda.send(new PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile: zips.layer } }));
  await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName: "f", Runtime: "provided.al2023", Handler: "x", Timeout: 20 },
      ...{ Role: role.Role?.Arn, Code: { ZipFile: zips.function }, Layers: [layer.LayerVersionArn ?? ""] },
      Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
      Environment: { Variables: { TEST_MARK: mark } },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 1 }, { FunctionName: "f" });
}
