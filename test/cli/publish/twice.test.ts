// The same publish twice at once on one machine: the second waits, and finds nothing to do.
import { describe, expect, it } from "vitest";
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

  it("holds nobody up who only looks", async () => {
    const project = await localProject();
    const first = project.publish("--fault", "op=PublishLayerVersion,latency=2000");
    const looked = await project.run(["publish", "--dry-run"]);
    expect(looked.code).toBe(0);
    expect(looked.stderr).not.toContain("waiting");
    expect((await first).code).toBe(0);
  });
});
