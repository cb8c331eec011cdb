// The whole job when nothing has changed (build, publish both, attach, wait, invoke), against a script with the AWS CLI, on one endpoint.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleave, median, milliseconds, run, times } from "./measure.js";
import { workspace } from "./workspace.js";

const script = fileURLToPath(new URL("by-hand.sh", import.meta.url));
const name = "bench-extension";

/** Measures the job; needs the AWS CLI on the PATH or in LAMBDA_EXT_TEST_TOOLS. */
export async function job() {
  const { folder, lambdaExt, remove } = workspace();
  try {
    await lambdaExt(["init", "project", "--template", "parameter-store", "--name", name]);
    const project = join(folder, "project");
    const ours = (...argv) => lambdaExt([...argv, "--local", "--quiet", "--region", "us-east-1"], project);
    await ours("put-parameter", "/lambda-ext/demo/config", "--value", "{}");
    await ours("create-role", "bench-role");
    // One function for each side, so that neither undoes what the other has attached.
    for (const functionName of ["bench-ours", name]) {
      await ours(
        "create-function",
        functionName,
        "--source",
        "examples/nodejs",
        "--runtime",
        "nodejs20.x",
        "--role",
        "bench-role",
      );
    }
    const out = join(folder, "by-hand");
    mkdirSync(out);
    writeFileSync(join(folder, "aws-config"), "");
    const env = {
      ...process.env,
      ...JSON.parse(await lambdaExt(["local", "env", "--json"], project)).variables,
      PATH: `${process.env.LAMBDA_EXT_TEST_TOOLS ?? ""}:${process.env.PATH}`,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CONFIG_FILE: join(folder, "aws-config"),
      NAME: name,
      OUT: out,
    };
    const measured = await interleave(
      {
        script: () => run(script, [], { cwd: project, env }),
        ours: async () => {
          await ours("publish", "--build");
          await ours("attach", "--function", "bench-ours");
          await ours("invoke", "--function", "bench-ours");
        },
      },
      7,
    );
    await lambdaExt(["local", "stop"], project);
    const ratio = median(measured.script) / median(measured.ours);
    return {
      title: "The whole job, nothing changed",
      text:
        "Build both architectures, publish both, attach, wait, invoke: `publish --build`, `attach` and `invoke`, one process each, against `bench/by-hand.sh`, which does the same with `go build`, `zip -9` and the AWS CLI " +
        "and looks before it publishes. Both talk to the same local endpoint. Of ours, about 0.3 s are Go's two linkers and 0.15 s three empty Nodes. Tried besides: `build` and `publish` as two commands (about 5.9×), and one file instead of split chunks (each command 30 ms slower).",
      rows: [
        ["", "time"],
        ["script with the AWS CLI", milliseconds(median(measured.script))],
        ["`lambda-ext`", milliseconds(median(measured.ours))],
      ],
      aims: [{ aim: "at least seven times faster than the script", reached: times(ratio), met: ratio >= 7 }],
    };
  } finally {
    remove();
  }
}
