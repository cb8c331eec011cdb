// What the user's Go says about itself, and what of it a reproducible build cannot take.
import { usageError } from "../../model/errors.ts";
import { describeGoFailure } from "./failure.ts";
import { bytesChangingFlags } from "./flags.ts";
import { runGo } from "./run.ts";

interface GoSettings {
  /** As go says it, e.g. `go1.26.1`. */
  readonly version: string;
}

interface Asked {
  /** The module's folder: go.mod may choose another toolchain. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Asks `go env`, which knows the environment and what `go env -w` has written.
 * @throws LambdaExtError `GoflagsRefused`, `GoNotFound`, and as for a build that fails.
 */
export async function readGoSettings({ cwd, env, signal }: Asked): Promise<GoSettings> {
  const run = await runGo(["env", "-json", "GOVERSION", "GOFLAGS"], { cwd, env, signal });
  if (!run.ok) throw describeGoFailure({ what: `anything in ${cwd}`, directory: cwd, output: run.stderr.trim() });
  const { GOVERSION = "", GOFLAGS = "" } = JSON.parse(run.stdout) as Record<string, string>;
  const refused = bytesChangingFlags(GOFLAGS);
  if (refused.length > 0) {
    throw usageError(
      `GOFLAGS holds ${refused.join(" ")}, with which the same source gives other bytes here than elsewhere.`,
      {
        code: "GoflagsRefused",
        hint: "Take it out of GOFLAGS (`go env -u GOFLAGS` where `go env -w` has set it). Tags and linker flags have their place in lambda-ext.jsonc: build.tags, build.ldflags.",
      },
    );
  }
  return { version: GOVERSION };
}
