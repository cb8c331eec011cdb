// Compiles a Go program for Lambda: the same bytes from any folder, on any machine with the same Go.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Architecture, goarchOf } from "../../model/architecture.ts";
import type { Binary, BuildSize } from "../../model/artifact.ts";
import type { Progress, Task } from "../../model/progress.ts";
import type { GoProgram } from "../../project/go/program.ts";
import type { GoBuild } from "../../project/project.ts";
import { describeGoFailure } from "./failure.ts";
import { runGo } from "./run.ts";
import { readGoSettings } from "./settings.ts";

/** What is to be compiled. */
export interface GoBuildRequest {
  readonly program: GoProgram;
  readonly build: GoBuild;
  readonly size: BuildSize;
  readonly architectures: readonly Architecture[];
  /** An existing folder for the binaries and for go's own work; the caller removes it. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface GoBuildResult<T> {
  readonly goVersion: string;
  /** In the order of the architectures. */
  readonly results: readonly T[];
}

/**
 * Compiles for all architectures at once and hands each binary to `use` as soon as it is there.
 * @throws LambdaExtError for every way in which go can fail: see failure.ts and settings.ts.
 */
export async function buildGo<T>(
  request: GoBuildRequest,
  use: (binary: Binary) => Promise<T>,
): Promise<GoBuildResult<T>> {
  const { program, architectures, progress } = request;
  const task = progress.start(`Building ${program.name} for ${architectures.map(goarchOf).join(" and ")}`);
  const refusal = new AbortController();
  const running = { ...request, signal: AbortSignal.any([request.signal, refusal.signal]) };
  // Asked while the compilers already run: that costs nothing, and a refusal ends them.
  const asked = readGoSettings({
    cwd: program.module.root,
    env: goEnvironment(request),
    configured: request.build.environment,
    signal: running.signal,
  }).catch((error) => {
    refusal.abort(error);
    throw error;
  });
  const compiled = architectures.map(async (architecture) => {
    const outcome = await compile(running, architecture, task);
    return "output" in outcome ? outcome : { result: await use(outcome) };
  });
  try {
    // All are waited for, also where one fails: no process outlives this call.
    const [settings, ...outcomes] = await Promise.allSettled([asked, ...compiled]);
    request.signal.throwIfAborted();
    const { version } = valueOrThrow(settings);
    const ended = outcomes.map(valueOrThrow);
    const failures = ended.filter((outcome) => "output" in outcome);
    if (failures.length > 0) throw describeFailures(request, failures);
    return { goVersion: version, results: ended.flatMap((outcome) => ("result" in outcome ? [outcome.result] : [])) };
  } finally {
    task.done();
  }
}

interface Failed {
  readonly architecture: Architecture;
  readonly output: string;
}

async function compile(request: GoBuildRequest, architecture: Architecture, task: Task): Promise<Binary | Failed> {
  const { program, build, size, directory, signal } = request;
  const path = join(directory, goarchOf(architecture));
  const words: string[] = [];
  const run = await runGo(buildArguments({ build, size, output: path, mainPackage: program.package }), {
    cwd: program.module.root,
    env: goEnvironment(request, architecture),
    signal,
    onLine: (line) => {
      const step = progressOf(line);
      if (step === undefined) words.push(line);
      else task.update(`Building ${program.name} for ${goarchOf(architecture)}: ${step}`);
    },
  });
  if (!run.ok) return { architecture, output: words.join("\n").trim() };
  const content = await readFile(path);
  return { architecture, path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

interface Target extends Pick<GoBuildRequest, "build" | "size"> {
  readonly output: string;
  readonly mainPackage: string;
}

/** The command line that makes the bytes depend on source and Go version alone; -v names what is being compiled. */
function buildArguments({ build, size, output, mainPackage }: Target): string[] {
  return [
    ...["build", "-v", "-trimpath", "-buildvcs=false"],
    ...(build.tags.length > 0 ? ["-tags", build.tags.join(",")] : []),
    // Without inlining there are fewer copies of the same code, and much less for stack traces to know.
    ...(size === "min" ? ["-gcflags=all=-l"] : []),
    ...["-ldflags", `-s -w -buildid= ${build.ldflags}`.trim()],
    ...["-o", output, mainPackage],
  ];
}

function goEnvironment({ env, build, directory }: GoBuildRequest, architecture?: Architecture): NodeJS.ProcessEnv {
  const own = { ...env, ...build.environment, GOTMPDIR: directory, CGO_ENABLED: "0" };
  return architecture === undefined
    ? own
    : { ...own, GOOS: "linux", GOARCH: goarchOf(architecture), GOAMD64: "v1", GOARM64: "v8.0" };
}

/** What a line that tells progress says; undefined for one that tells of a failure. */
function progressOf(line: string): string | undefined {
  const fetched = /^go: ((?:downloading|finding|extracting) .+)$/.exec(line)?.[1];
  // -v prints a package's path alone on a line.
  return fetched ?? (/^[^\s:#]+$/.test(line) ? `compiling ${line}` : undefined);
}

function describeFailures({ program, architectures }: GoBuildRequest, failures: readonly Failed[]): Error {
  const directory = program.module.root;
  const what = `${program.package} in ${directory}`;
  const [first] = failures;
  const same = failures.every(({ output }) => output === first?.output);
  // Mostly the same words for both: once is enough.
  if (same && failures.length === architectures.length) {
    return describeGoFailure({ what, directory, output: first?.output ?? "" });
  }
  const names = failures.map(({ architecture }) => goarchOf(architecture)).join(" and ");
  const outputs = failures.map(({ architecture, output }) => `(${goarchOf(architecture)})\n${output}`);
  const output = same ? (first?.output ?? "") : outputs.join("\n");
  return describeGoFailure({ what: `${what} for ${names}`, directory, output });
}

function valueOrThrow<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}
