// One number everywhere, through the command line: shown, kept in a file, broken off half way, and finished.
import { describe, expect, it } from "vitest";
import { localProject } from "./local-project.ts";

const regions = ["us-east-1", "eu-west-1"];

describe("publish --align on a bad day", { timeout: 120_000 }, () => {
  it.each(["placeholder", "same-bytes"])(
    "goes on with a saved plan where filling with %s was broken off",
    async (fill) => {
      const project = await localProject({ regions, align: fill });
      // One region is three numbers ahead.
      for (let count = 0; count < 3; count++) {
        expect((await project.publish("--regions", "us-east-1", "--force")).code).toBe(0);
      }
      await project.rebuild();
      const shown = await project.run(["publish", "--dry-run", "--plan-file", "plan.json"]);
      expect(shown.stdout).toContain(
        `align     eu-west-1 walk-arm64 numbers 1 to 3 (${fill}): there is no version yet, and the next number is to be 4`,
      );
      expect(shown.stdout).toMatch(/^publish {3}eu-west-1 walk-arm64 number 4: /m);
      expect(shown.stderr).toContain("Planned: 2 align, 4 publish");

      const fault =
        "op=PublishLayerVersion,region=eu-west-1,kind=error,status=400,code=CodeStorageExceededException,after=3";
      const first = await project.publish("--plan", "plan.json", "--fault", fault);
      expect(first.code, first.stderr).toBe(3);
      expect(first.summary).toMatchObject({ missing: ["eu-west-1"], finish: ["lambda-ext publish --plan plan.json"] });
      const second = await project.publish("--plan", "plan.json");
      expect(second.code, second.stderr).toBe(0);
      expect(second.stderr).toContain("✓ walk-arm64 :4 in us-east-1 and eu-west-1");
      for (const region of regions) expect(await project.versions(region, "walk-arm64")).toEqual([4, 3, 2, 1]);
      expect((await project.publish()).layers.map(({ result, version }) => `${result} ${version}`)).toEqual(
        Array(4).fill("unchanged 4"),
      );
    },
  );

  it("names all regions in the command that finishes, and architectures that share a name", async () => {
    const project = await localProject({ regions });
    const flags = ["--layer-name", "both", "--align", "placeholder"];
    const fault = [
      "--fault",
      "op=PublishLayerVersion,region=eu-west-1,kind=error,status=400,code=CodeStorageExceededException",
    ];
    const first = await project.publish(...flags, ...fault);
    expect(first.code).toBe(3);
    expect(first.stderr).toContain("✗ both (arm64) :2 in us-east-1; failed in eu-west-1");
    expect(first.stderr).toMatch(/✗ eu-west-1 both \(x86_64\): failed \(CodeStorageExceededException\)/);
    expect(first.summary.finish).toEqual(["lambda-ext publish --layer-name both --align placeholder"]);
    const second = await project.publish(...flags);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toContain("✓ both (x86_64) :1 in us-east-1 and eu-west-1");
    expect(second.stderr).toContain("✓ both (arm64) :2 in us-east-1 and eu-west-1");
  });
});
