// The template go-runtime-layer, the whole way: its README typed on the local target, wrong handlers as whoever invokes them is told, and
// its stack in a moto server.
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readSourceFolder } from "../../src/cli/source-folder.ts";
import { readManifest } from "../../src/layer/manifest.ts";
import { packZip } from "../../src/layer/zip/write.ts";
import { startMoto } from "../support/moto.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";
import { brokenPrograms } from "./broken-programs.ts";
import { type LocalTarget, levels, startLocalTarget } from "./local-target.ts";

const project = "go-runtime-layer";
const isAws = (line: string) => line.startsWith("aws ");

describe.each(levels)("on the local target, isolation $isolation (needs $needs)", ({ isolation, unsupported }) => {
  const skipped = unsupported || missing("go", "curl");
  let target: LocalTarget;
  let lines: readonly string[];

  beforeAll(async () => {
    if (skipped) return;
    target = await startLocalTarget(isolation);
    lines = (await target.init(project)).filter((line) => !isAws(line));
  }, 60_000);
  afterAll(async () => {
    await target?.close();
  });

  test.skipIf(skipped)(
    "the README, to a function that is started by its handler's name",
    { timeout: 240_000 },
    async () => {
      const results = await target.type(project, lines);
      expect(results[lines.indexOf("lambda-ext check")]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
      const invoked = results[lines.findIndex((line) => line.includes(" invoke "))];
      expect(invoked?.stdout.trim()).toBe('"Hello, Ada!"');
      expect(invoked?.stderr).not.toContain(`[${project}]`);
    },
  );

  test.skipIf(skipped)(
    "the same in a function on provided.al2, and a bootstrap of the function's own goes first",
    async () => {
      await target.type(project, [
        "lambda-ext create-function older --source bin --runtime provided.al2 --handler hello --role demo-role --local",
        "lambda-ext attach --function older --local",
      ]);
      const [invoked] = await target.type(project, ["lambda-ext invoke --function older --local"]);
      expect(invoked?.stdout.trim()).toBe('"Hello!"');
      await mkdir(join(target.folder, project, "own"));
      writeFileSync(join(target.folder, project, "own", "bootstrap"), "#!/bin/sh\necho its own; exit 3\n");
      await target.type(project, ["lambda-ext update-function older --source own --local"]);
      const own = await target.run(project, ["invoke", "--function", "older", "--log", "--local"]);
      expect(own.stderr).toContain("its own");
      expect(own.stderr).not.toContain(`[${project}]`);
    },
  );

  // Lambda itself takes no empty handler, and nobody can zip what is not in a zip.
  const handlers = brokenPrograms.filter(({ handler }) => handler !== "");

  const plain = new Set(["forbidden", "notes.txt"]);

  test.skipIf(skipped)("wrong handlers, in the log and for whoever invokes", { timeout: 240_000 }, async () => {
    const folder = temporaryFolder();
    const code = join(folder, "code");
    await mkdir(code);
    for (const { make } of handlers) make?.(code);
    const entries = (await readSourceFolder(code)).map((entry) =>
      entry.kind === "file" ? { ...entry, mode: plain.has(entry.path) ? 0o644 : 0o755 } : entry,
    );
    const names = entries.filter(({ kind, path }) => kind === "file" && !plain.has(path) && !path.includes("/"));
    const executable = `Executable there: ${names
      .map(({ path }) => path)
      .sort()
      .join(", ")}`;
    const zip = join(folder, "code.zip");
    writeFileSync(zip, await packZip(entries, { mount: "/var/task" }));
    await target.type(project, [
      "lambda-ext publish --local",
      "lambda-ext create-role demo-role --local",
      `lambda-ext create-function wrong --zip ${zip} --runtime provided.al2023 --handler x --role demo-role --local`,
      "lambda-ext attach --function wrong --local",
    ]);
    for (const { handler, errorType, message, what } of handlers) {
      await target.type(project, [`lambda-ext update-function wrong --handler ${handler} --local`]);
      const { code, stdout, stderr } = await target.run(project, ["invoke", "--function", "wrong", "--log", "--local"]);
      expect(code, what).toBe(4);
      const said = JSON.parse(stdout);
      // Run in place, the code lies in a folder of this machine's.
      const root = isolation === "bwrap" ? "/var/task" : rootIn(said.errorMessage);
      const errorMessage = message(root).replace("Nothing there is executable", executable);
      expect(said, what).toEqual({ errorMessage, errorType, stackTrace: [] });
      expect(stderr, what).toContain(`[${project}] ${errorType}: ${errorMessage}`);
    }
  });
});

/** Where the function's code lies in place. */
function rootIn(message: string): string {
  return /\/\S*?\/code-[0-9a-f]+/.exec(message)?.[0] ?? "";
}

describe.skipIf(missing("cfn-lint"))("layer.yaml (needs cfn-lint)", () => {
  test("has nothing that cfn-lint finds", { timeout: 60_000 }, async () => {
    const { init, close, folder } = await startLocalTarget("none");
    onTestFinished(close);
    await init(project);
    const { stdout, exitCode } = await execa(
      findTool("cfn-lint") ?? "",
      ["--include-checks", "I", "--", "layer.yaml"],
      {
        cwd: join(folder, project),
        reject: false,
      },
    );
    expect(stdout).toBe("");
    expect(exitCode).toBe(0);
  });
});

describe.skipIf(missing("moto_server", "aws"))("the stack, in moto (needs moto_server and the AWS CLI)", () => {
  test("makes the layer and exports its ARN, as the README says", { timeout: 120_000 }, async () => {
    const moto = await startMoto();
    onTestFinished(() => moto.close());
    const aws = findTool("aws") ?? "aws";
    const target = await startLocalTarget("none", { ...moto.env, PATH: `${join(aws, "..")}:${process.env.PATH}` });
    onTestFinished(() => target.close());
    const lines = await target.init(project);
    expect(lines.filter(isAws)).toHaveLength(3);
    await target.type(project, ["lambda-ext build", ...lines.filter(isAws)]);
    // moto forgets the outputs of what `deploy` makes: once more with its other call.
    const stack = "by-hand";
    const parameters = ["Bucket=my-artifacts", "Key=go-runtime-layer/1.zip"].map(
      (parameter) => `ParameterKey=ContentS3${parameter.replace("=", ",ParameterValue=")}`,
    );
    const template = `file://${join(target.folder, project, "layer.yaml")}`;
    const body = ["--template-body", template, "--parameters", ...parameters];
    await moto.aws("cloudformation", "create-stack", "--stack-name", stack, ...body);

    const { Stacks } = await moto.aws("cloudformation", "describe-stacks", "--stack-name", stack);
    expect(Stacks[0].StackStatus).toBe("CREATE_COMPLETE");
    // moto's values of layer versions are no ARNs, so they are not looked at.
    expect(Stacks[0].Outputs).toEqual([
      expect.objectContaining({ OutputKey: "RuntimeLayerArn", ExportName: `${stack}:runtime-layer-arn` }),
    ]);
    const { Exports } = await moto.aws("cloudformation", "list-exports");
    expect(Exports).toEqual([expect.objectContaining({ Name: `${stack}:runtime-layer-arn` })]);
    const manifest = await readManifest(join(target.folder, project, "dist"));
    const zip = manifest?.artifacts.find(({ goarch }) => goarch === "arm64");
    // moto gives the layer of each stack a name of its own.
    const { Layers } = await moto.aws("lambda", "list-layers");
    expect(Layers).toHaveLength(2);
    for (const { LayerName } of Layers) {
      const made = await moto.aws("lambda", "get-layer-version", "--layer-name", LayerName, "--version-number", "1");
      expect(made).toMatchObject({
        CompatibleRuntimes: ["provided.al2023", "provided.al2"],
        Content: { CodeSha256: zip?.codeSha256, CodeSize: zip?.zipBytes },
      });
    }
  });
});
