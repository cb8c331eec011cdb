// A throw-away folder with projects made from our own template, and the program that ships.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./measure.js";

const bin = fileURLToPath(new URL("../bin/lambda-ext.js", import.meta.url));

/** A new folder; `remove` it at the end. */
export function workspace() {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bench-"));
  return {
    folder,
    /** Runs lambda-ext in the folder, with an endpoint of its own. */
    lambdaExt: (argv, cwd = folder, variables = {}) =>
      run(process.execPath, [bin, ...argv], {
        cwd,
        env: { ...process.env, LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), ...variables },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Gives the main package a text that it never had before: the compiler, the linker and the zip have to work again. */
export function changeOneLine(project, value) {
  const file = join(project, "main.go");
  const source = readFileSync(file, "utf8").replace(/\nvar benchRound[\s\S]*$/, "");
  // Used, or the linker would drop it and the bytes would stay the same.
  const used = 'func init() {\n\tif benchRound == "" {\n\t\tprintln(benchRound)\n\t}\n}\n';
  writeFileSync(file, `${source.trimEnd()}\n\nvar benchRound = ${JSON.stringify(value)}\n\n${used}`);
}

/** The two builds as a person types them, with our own flags. */
export async function buildByHand(project, name, out) {
  for (const goarch of ["amd64", "arm64"]) {
    const file = join(out, goarch, "extensions", name);
    await run("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", file, "."], {
      cwd: project,
      env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: goarch, GOFLAGS: "" },
    });
  }
}

/** `zip -9` of both. */
export async function zipByHand(out) {
  for (const goarch of ["amd64", "arm64"]) {
    const zip = join(out, `${goarch}.zip`);
    rmSync(zip, { force: true });
    await run("zip", ["-9", "-q", "-r", "-X", zip, "extensions"], { cwd: join(out, goarch) });
  }
}
