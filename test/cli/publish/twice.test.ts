// The same publish twice at once on one machine: the second waits, and finds nothing to do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { bin } from "../../support/run-cli.ts";
import { layerNames, localProject, results } from "./local-project.ts";

const regions = ["us-east-1", "eu-west-1"];

describe("publish, run twice at once", { timeout: 60_000 }, () => {
  it("makes one version of the same bytes", async () => {
    const project = await localProject();
    // Late enough answers for both to look before either has published, if they could.
    const run = () => project.publish("--regions", regions.join(","), "--fault", "latency=150");
    const both = await Promise.all([run(), run()]);
    for (const { code, stderr } of both) expect(code, stderr).toBe(0);
    expect(both.map(({ layers }) => results(layers))).toEqual(
      expect.arrayContaining([{ published: 4 }, { unchanged: 4 }]),
    );
    const waited = both.find(({ layers }) => results(layers).unchanged);
    expect(waited?.stderr).toMatch(
      /Another publish of walk-(arm64|x86_64) is running on this machine: waiting for it to end\./,
    );
    for (const region of regions) {
      for (const layer of layerNames) expect(await project.versions(region, layer)).toEqual([1]);
    }
  });

  it("goes on where the first is killed, with what that has left", async () => {
    const project = await localProject();
    const flags = ["publish", "--account", "111122223333", "--json"];
    const start = (...more: string[]) => {
      const child = spawn(process.execPath, [bin, ...flags, ...more], {
        cwd: project.folder,
        env: { ...process.env, ...project.env },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      const said = { out: "", err: "" };
      child.stdout.on("data", (chunk) => (said.out += chunk));
      child.stderr.on("data", (chunk) => (said.err += chunk));
      return { child, said, ended: once(child, "close") };
    };
    const first = start("--fault", "op=AddLayerVersionPermission,latency=60000");
    await expect.poll(() => project.versions("us-east-1", "walk-arm64"), { timeout: 30_000 }).toEqual([1]);
    const second = start();
    await expect.poll(() => second.said.err, { timeout: 30_000 }).toContain("waiting for it to end");
    first.child.kill("SIGKILL");
    await second.ended;
    expect(second.child.exitCode, second.said.err).toBe(0);
    expect(results(JSON.parse(second.said.out).layers)).toEqual({ shared: 2 });
    for (const layer of layerNames) expect(await project.versions("us-east-1", layer)).toEqual([1]);
  });

  it("holds nobody up who only looks", async () => {
    const project = await localProject();
    const first = project.publish("--fault", "op=PublishLayerVersion,latency=2000");
    const looked = await project.run(["publish", "--dry-run"]);
    expect(looked.code).toBe(0);
    expect(looked.stderr).not.toContain("waiting");
    expect((await first).code).toBe(0);
  });
});
