// python*: a Python of this machine that has AWS's own runtime client, awslambdaric.
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { toolError } from "../../model/errors.ts";
import { packageRoot } from "../../model/package.ts";
import { findProgram } from "../sandbox/programs.ts";
import type { RuntimeSupport } from "./runtime.ts";

/** What starts AWS's client as Lambda's own bootstrap does; also in an installed package. */
const bootstrapFolder = join(packageRoot, "src", "emulator", "runtimes", "python");

interface PythonFound {
  readonly program: string;
  /** e.g. 3.12 */
  readonly version: string;
  /** Its folders: of a virtual environment and of the Python below it. */
  readonly prefixes: readonly string[];
}

interface PythonOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
}

/**
 * The support for a Python runtime.
 * @throws LambdaExtError `InvalidRuntimeException` where no Python with awslambdaric is found.
 */
export async function pythonRuntime(runtime: string, { env, warn }: PythonOptions): Promise<RuntimeSupport> {
  const wanted = runtime.slice("python".length);
  const python = await findPython(wanted, env);
  if (python.version !== wanted) {
    warn(`Functions of ${runtime} run with Python ${python.version} (${python.program}), the one of this machine.`);
  }
  return {
    label: `python:${wanted}.local`,
    managed: true,
    folder: bootstrapFolder,
    keep: python.prefixes,
    languagePrograms: { python: python.program, python3: python.program, [`python${wanted}`]: python.program },
    command: ({ paths, environment }) => ({
      argv: [python.program, join(paths.runtime, "bootstrap.py")],
      variables: {
        AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
        // Lambda's own bootstrap adds the layers to sys.path; awslambdaric by itself doesn't.
        PYTHONPATH: [
          join(paths.opt, `python/lib/python${wanted}/site-packages`),
          join(paths.opt, "python"),
          environment.PYTHONPATH ?? paths.runtime,
        ].join(":"),
        // The code's folder is read-only on Lambda and in a sandbox; run in place, it is one for all environments.
        ...(paths.task === "/var/task" ? {} : { PYTHONDONTWRITEBYTECODE: "1" }),
      },
    }),
  };
}

const probe =
  "import awslambdaric, json, sys; print(json.dumps([sys.executable, '%d.%d' % sys.version_info[:2], sys.prefix, sys.base_prefix]))";

/**
 * A Python with awslambdaric, the wanted version (`3.13`, or `3` for any) before another.
 * @throws LambdaExtError `InvalidRuntimeException` where none has it.
 */
export async function findPython(wanted: string, env: NodeJS.ProcessEnv): Promise<PythonFound> {
  const chosen = env.LAMBDA_EXT_PYTHON;
  const names = chosen ? [chosen] : [`python${wanted}`, "python3", "python"];
  const programs = names.flatMap((name) => (name.includes("/") ? [name] : (findProgram(name, env) ?? [])));
  for (const program of new Set(programs)) {
    const found = await tryPython(program);
    if (found) return found;
  }
  const looked = programs.length > 0 ? programs.join(", ") : "there is no python3 on this machine";
  throw toolError(`Running a function of python${wanted} failed: no Python with awslambdaric was found (${looked}).`, {
    code: "InvalidRuntimeException",
    hint: "Install AWS's runtime client (python3 -m pip install awslambdaric), or set LAMBDA_EXT_PYTHON to a Python that has it and restart the local endpoint.",
  });
}

async function tryPython(program: string): Promise<PythonFound | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["-c", probe], { timeout: 20_000 });
    const [executable = program, version = "", prefix = "", basePrefix = ""]: string[] = JSON.parse(stdout);
    return { program: executable, version, prefixes: [...new Set([prefix, basePrefix, dirname(dirname(executable))])] };
  } catch {
    return undefined;
  }
}
