// publish --build: what is published is what the sources are now.
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

it("builds first where it is told to, and takes the last build where not", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const project = join(folder, "project");
  const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local", AWS_REGION: "us-east-1" };
  onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
  mkdirSync(project);
  const configuration = { name: "files", kind: "layer", contents: [{ from: "data", to: "data" }] };
  writeFileSync(join(project, "lambda-ext.jsonc"), JSON.stringify(configuration));
  const publish = async (...flags: string[]) => {
    const { code, stdout, stderr } = await runCli(["publish", "--json", ...flags], { cwd: project, env });
    expect(code, stderr).toBe(0);
    const { layers }: { layers: { result: string; version: number }[] } = JSON.parse(stdout);
    return { stderr, layers: layers.map(({ result, version }) => `${result} ${version}`) };
  };

  writeFileSync(join(project, "data"), "one");
  expect((await publish()).layers).toEqual(["published 1", "published 1"]);
  writeFileSync(join(project, "data"), "two");
  const later = Date.now() / 1000 + 60;
  utimesSync(join(project, "data"), later, later);
  const stale = await publish();
  expect(stale.layers).toEqual(["unchanged 1", "unchanged 1"]);
  expect(stale.stderr).toContain("data is newer than the last build");
  const fresh = await publish("--build");
  expect(fresh.layers).toEqual(["published 2", "published 2"]);
  expect(fresh.stderr).not.toContain("newer than");
  expect((await publish("--build")).layers).toEqual(["unchanged 2", "unchanged 2"]);

  // As `build --arch`: the manifest lists what was made.
  expect((await publish("--build", "--arch", "arm64")).layers).toEqual(["unchanged 2"]);
  const { artifacts } = JSON.parse(readFileSync(join(project, "dist", "manifest.json"), "utf8"));
  expect(artifacts).toHaveLength(1);
});
