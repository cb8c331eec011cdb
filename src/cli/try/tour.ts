// Runs the tour in a folder and with an endpoint of its own, and leaves nothing behind.
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interpreterVariables } from "../../emulator/runtimes/interpreter-variables.ts";
import { settingNamed, settingNames } from "../../emulator/settings.ts";
import { LambdaExtError, toolError } from "../../model/errors.ts";
import type { Progress } from "../../model/progress.ts";
import { withTemporaryFolder } from "../../model/temporary.ts";
import type { CommandContext, Outcome } from "../command.ts";
import { commandLine, describeResult, describeStep } from "./narrate.ts";
import { projectName, type TryStep, trySteps } from "./steps.ts";

/** One step, done. */
export interface TourEntry {
  readonly command: string;
  readonly seconds: number;
  readonly invocation?: "cold" | "warm";
  readonly result: object | undefined;
}

type Narrate = (text: string) => void;

/** What the tour has shown. */
export interface Tour {
  readonly folder: string;
  readonly steps: readonly TourEntry[];
}

/**
 * Takes the tour; `narrate` gets every paragraph as it comes.
 * @throws LambdaExtError of the step that failed, with the step's command line in its message.
 */
export async function takeTour(context: CommandContext, keep: boolean, narrate: Narrate): Promise<Tour> {
  const temporary = await realpath(tmpdir());
  // Not under the name by which the next tour would know it for left-over.
  if (keep) return tourIn(await mkdtemp(join(temporary, "lambda-ext-kept-")), context, narrate);
  return withTemporaryFolder(join(temporary, "lambda-ext-try-"), (folder) => tourIn(folder, context, narrate));
}

async function tourIn(folder: string, context: CommandContext, narrate: Narrate): Promise<Tour> {
  const { leadEndpoint } = await import("../../emulator/background/lead.ts");
  const env = surroundingsOf(context.env, folder);
  const directory = join(folder, "local");
  // Both the endpoint and the commands that use it tell of its warnings.
  const told = new Set<string>();
  const warn = (message: string) => {
    if (!told.has(message)) context.progress.warn(message);
    told.add(message);
  };
  const endpoint = await leadEndpoint({ directory, env, pid: process.pid, warn });
  if (!endpoint) throw new Error(`somebody serves ${folder} already`);
  try {
    const { isolation } = await endpoint.executor();
    const steps = trySteps({
      architecture: process.arch === "arm64" ? "arm64" : "x86_64",
      nodeMajor: Number.parseInt(process.versions.node, 10),
      isolation: isolation.level,
      configFile: join(folder, "appsettings.json"),
    });
    const entries: TourEntry[] = [];
    for (const step of steps) {
      if (entries.length === 1) narrate(`\n    ${context.colors.cyan(`$ cd ${projectName}`)}`);
      narrate(`\n${describeStep(entries.length + 1, step.title, step.argv, context.colors)}`);
      entries.push(await takeStep(step, { ...context, env, progress: { ...context.progress, warn } }, folder, narrate));
    }
    return { folder, steps: entries };
  } finally {
    await endpoint.close();
  }
}

async function takeStep(step: TryStep, context: CommandContext, folder: string, narrate: Narrate): Promise<TourEntry> {
  const task = context.progress.start(commandLine(step.argv));
  const start = performance.now();
  try {
    const outcome = await context.run(step.argv, {
      cwd: step.folder === "outside" ? folder : join(folder, projectName),
      env: context.env,
      progress: innerProgress(context.progress, task.update),
      story: { ...context.story, board: undefined },
      tell: () => {},
    });
    context.signal.throwIfAborted();
    const seconds = (performance.now() - start) / 1000;
    task.done();
    narrate(describeResult({ seconds, text: textOf(outcome) }, context.colors));
    const { invocation } = step;
    return { command: commandLine(step.argv), seconds, ...(invocation && { invocation }), result: outcome.document };
  } catch (error) {
    task.done();
    throw explain(error, step);
  }
}

/** What says how functions run here, not what they are or where they go. */
const keptVariables: readonly string[] = [
  ...interpreterVariables,
  // In an account of its own, everything may be done.
  ...settingNames.filter((name) => name !== "enforceIam").map((name) => settingNamed(name).variable),
];

/** The user's surroundings, but for everything that would lead out of the tour's folder. */
function surroundingsOf(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(LAMBDA_EXT_|AWS_)/.test(name) || keptVariables.includes(name),
  );
  const inside: NodeJS.ProcessEnv = { ...Object.fromEntries(kept), LAMBDA_EXT_LOCAL_DIR: join(folder, "local") };
  // Go wants a place for its cache, and says no more than that where there is no home.
  if (!env.HOME && !env.GOCACHE && process.platform !== "win32") {
    inside.GOCACHE = join(folder, "go-cache");
    inside.GOPATH ??= join(folder, "go");
  }
  return inside;
}

/** A step's own progress, shown as the words of the step that is running; its warnings stay. */
function innerProgress(outer: Progress, update: (message: string) => void): Progress {
  return {
    start: (message) => {
      update(message);
      return { update, done: () => {} };
    },
    step: () => {},
    warn: outer.warn,
    detail: outer.detail,
  };
}

function textOf(outcome: Outcome): string {
  return typeof outcome.text === "string" ? outcome.text : Buffer.from(outcome.text ?? []).toString("utf8");
}

function explain(error: unknown, step: TryStep): unknown {
  if (!(error instanceof LambdaExtError)) return error;
  return toolError(`\`${commandLine(step.argv)}\` failed: ${error.message}`, {
    code: error.code,
    hint: error.hint,
    cause: error,
  });
}
