// The two smallest extensions, the whole way: init, build, check, publish, attach, invoke, SHUTDOWN.
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readManifest } from "../../src/layer/manifest.ts";
import { missing } from "../support/tools.ts";
import { type LocalTarget, levels, startLocalTarget } from "./local-target.ts";

/** With the log, the answer comes when the extension is done as well: whoever ends the environment earlier interrupts it. */
const onceMore = "lambda-ext invoke --function demo --log --local";

const invocation = "Invocation ([0-9a-f-]{36})";

describe.each(levels)("on the local target, isolation $isolation (needs $needs)", ({ isolation, unsupported }) => {
  const skipped = unsupported || missing("go");

  async function start(): Promise<LocalTarget> {
    const target = await startLocalTarget(isolation);
    onTestFinished(() => target.close());
    return target;
  }

  /** The lines of an extension in the function's log, once its environments are gone. */
  async function linesOf(target: LocalTarget, extension: string): Promise<readonly string[]> {
    await target.shutDown();
    const { stdout } = await target.run(extension, ["logs", "--function", "demo", "--local"]);
    return [...stdout.matchAll(new RegExp(`\\[${extension}\\] .*`, "g"))].map(([line]) => line);
  }

  test.skipIf(skipped)("extension-go: told of each invocation and of the end", { timeout: 240_000 }, async () => {
    const target = await start();
    const lines = await target.init("extension-go");
    const results = await target.type("extension-go", lines);
    expect(results[lines.indexOf("lambda-ext check")]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    // What isn't listened to isn't in the binary.
    const manifest = await readManifest(join(target.folder, "extension-go", "dist"));
    for (const { unzippedBytes } of manifest?.artifacts ?? []) expect(unzippedBytes).toBeLessThan(4_500_000);
    const invoked = results[lines.findIndex((line) => line.includes(" invoke "))];
    expect(JSON.parse(invoked?.stdout ?? "")).toEqual({ received: {} });
    expect(invoked?.stderr).toMatch(new RegExp(`\\[extension-go\\] ${invocation}`));
    await target.type("extension-go", [onceMore]);
    expect(await linesOf(target, "extension-go")).toEqual([
      expect.stringMatching(new RegExp(`^\\[extension-go\\] ${invocation}$`)),
      expect.stringMatching(new RegExp(`^\\[extension-go\\] ${invocation}$`)),
      "[extension-go] SHUTDOWN: spindown",
    ]);
  });

  test.skipIf(skipped).each(["telemetry", "logs"])(
    "extension-go that listens to %s: every invocation's report, the last one's at SHUTDOWN",
    { timeout: 240_000 },
    async (api) => {
      const target = await start();
      const lines = await target.init("extension-go", "--option", `listen=${api}`);
      const ours = lines.filter((line) => line.startsWith("lambda-ext "));
      await target.type("extension-go", [`go vet -tags ${api} ./...`, ...ours, onceMore]);
      const logged = await linesOf(target, "extension-go");
      const requests = logged.flatMap((line) => new RegExp(invocation).exec(line)?.[1] ?? []);
      const reports = logged.filter((line) => line.includes("Report"));
      expect(requests).toHaveLength(2);
      expect(reports).toEqual(
        requests.map((id, index) =>
          expect.stringMatching(
            new RegExp(
              `^\\[extension-go\\] Report ${id}: [\\d.]+ ms, \\d+ of 128 MB, lines of the function so far: ${index + 1}$`,
            ),
          ),
        ),
      );
      expect(logged).toContain("[extension-go] SHUTDOWN: spindown");
      // Nothing was logged for what was logged.
      expect(logged).toHaveLength(5);
    },
  );

  test.skipIf(skipped)("extension-shell, without Go", { timeout: 120_000 }, async () => {
    const target = await start();
    const lines = await target.init("extension-shell");
    expect(lines.filter((line) => !line.startsWith("lambda-ext "))).toEqual([]);
    const results = await target.type("extension-shell", lines);
    expect(results[lines.indexOf("lambda-ext check")]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    const invoked = results.at(-1);
    expect(JSON.parse(invoked?.stdout ?? "")).toEqual({ received: {} });
    const said = invoked?.stderr ?? "";
    expect(said).toContain("[extension-shell] INIT of demo");
    // INIT is over before the function has its event.
    expect(said.indexOf("the function has its event")).toBeGreaterThan(said.indexOf("[extension-shell] INIT of demo"));
    await target.type("extension-shell", [onceMore]);
    expect(await linesOf(target, "extension-shell")).toEqual([
      "[extension-shell] INIT of demo",
      expect.stringMatching(new RegExp(`^\\[extension-shell\\] ${invocation}$`)),
      expect.stringMatching(new RegExp(`^\\[extension-shell\\] ${invocation}$`)),
      "[extension-shell] SHUTDOWN: spindown",
    ]);
  });
});
