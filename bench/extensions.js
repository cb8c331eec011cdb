// What the two smallest extensions cost, in Go and in sh, and what the runtime layer's bootstrap adds to the start of a program.
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { invocations, live } from "./life.js";
import { interleave, median, milliseconds, run } from "./measure.js";
import { compile } from "./parts.js";

const templates = fileURLToPath(new URL("../templates", import.meta.url));
const lives = 30;

/** Measures them against a Lambda that answers at once. */
export async function extensions() {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bench-"));
  try {
    const build = (name, tags) => compile(folder, name, templates, "./extension-go", ["nethttpomithttp2", ...tags]);
    const shell = join(folder, "extension-shell");
    copyFileSync(join(templates, "extension-shell", "extension.sh"), shell);
    chmodSync(shell, 0o755);
    const files = {
      "extension-go": await build("extension-go", []),
      "extension-go, with telemetry": await build("listening", ["telemetry"]),
      "extension-shell": shell,
    };
    const found = Object.fromEntries(Object.keys(files).map((title) => [title, []]));
    for (let life = 0; life < lives; life++) {
      for (const [title, file] of Object.entries(files)) found[title].push(await live(file));
    }
    const row = (title, part, show) => [title, ...Object.values(found).map((all) => show(median(all.map(part))))];
    const bootstrap = await startThroughBootstrap(folder);
    const added = median(bootstrap.through) - median(bootstrap.directly);
    return {
      title: "The smallest extensions, and the bootstrap of go-runtime-layer",
      text: `${lives} lives of each with ${invocations} invocations, and sixty starts of a program that does nothing: ${milliseconds(median(bootstrap.directly))} directly, ${milliseconds(added)} more through the bootstrap.`,
      rows: [
        ["", ...Object.keys(found)],
        row("start to the request to register", (life) => life.register, milliseconds),
        row("start to the end of its INIT", (life) => life.init, milliseconds),
        row("an invocation", (life) => life.invocation, milliseconds),
        row(
          "most memory held",
          (life) => life.memory,
          (value) => `${value.toFixed(1)} MB`,
        ),
      ],
      // Nobody has set any for these.
      aims: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startThroughBootstrap(folder) {
  const program = join(folder, "hello");
  copyFileSync("/bin/true", program);
  chmodSync(program, 0o755);
  const bootstrap = join(templates, "go-runtime-layer", "bootstrap");
  const env = { PATH: process.env.PATH, LAMBDA_TASK_ROOT: folder, _HANDLER: "hello" };
  const { directly, through } = await interleave(
    { directly: () => run(program, [], { env }), through: () => run("/bin/sh", [bootstrap], { env }) },
    60,
  );
  return { directly, through };
}
