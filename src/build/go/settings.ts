// What the user's Go says about itself, and what of it a reproducible build cannot take.
import { usageError } from "../../model/errors.ts";
import { describeGoFailure } from "./failure.ts";
import { bytesChangingFlags } from "./flags.ts";
import { runGo } from "./run.ts";

interface GoSettings {
  /** As go says it, e.g. `go1.26.1`. */
  readonly version: string;
}

/** Variables that choose other code for the compiler or the standard library, and go's own values for them. */
const changing = { GOEXPERIMENT: "", GOFIPS140: "off" } as const;

interface Asked {
  /** The module's folder: go.mod may choose another toolchain. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the configuration sets (`build.environment`): that is the same for everybody who builds the project. */
  readonly configured?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Asks `go env`, which knows the environment and what `go env -w` has written.
 * @throws LambdaExtError `GoflagsRefused`, `GoVariableRefused`, `GoNotFound`, and as for a build that fails.
 */
export async function readGoSettings({ cwd, env, configured = {}, signal }: Asked): Promise<GoSettings> {
  const run = await runGo(["env", "-json", "GOVERSION", "GOFLAGS", ...Object.keys(changing)], { cwd, env, signal });
  if (!run.ok) throw describeGoFailure({ what: `anything in ${cwd}`, directory: cwd, output: run.stderr.trim() });
  const told = JSON.parse(run.stdout) as Record<string, string>;
  const { GOVERSION = "", GOFLAGS = "" } = told;
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
  for (const [name, usual] of Object.entries(changing)) {
    // Empty where this Go does not know it yet.
    const value = told[name] || usual;
    if (value !== usual && configured[name] === undefined) throw variableRefused(name, value);
  }
  return { version: GOVERSION };
}

function variableRefused(name: string, value: string): Error {
  return usageError(`${name} is ${value}, with which the same source gives other bytes here than elsewhere.`, {
    code: "GoVariableRefused",
    hint: `Unset it (\`go env -u ${name}\` where \`go env -w\` has set it), or say in lambda-ext.jsonc that the project is built so: "build": { "environment": { ${JSON.stringify(name)}: ${JSON.stringify(value)} } }`,
  });
}
