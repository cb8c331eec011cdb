// Runs Go as the build does, so that its cache serves both.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findTool } from "./tools.ts";

const execute = promisify(execFile);

/** Without cgo, and with no flags of this machine's. */
const goEnvironment = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" };

/** Runs `go` or `gofmt` in a folder and gives back what it says on stdout; an error carries all that it said. */
export async function runGo(
  folder: string,
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [program, ...args] = argv;
  try {
    const { stdout } = await execute(findTool(program) ?? program, args, {
      cwd: folder,
      env: { ...goEnvironment, ...env },
      maxBuffer: 1 << 24,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${argv.join(" ")} in ${folder}:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}
