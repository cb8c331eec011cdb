// Attaches to, or detaches from, many functions: an outcome for each, nothing thrown for one that fails.
import pLimit from "p-limit";
import type { Connection } from "../../aws/connection.ts";
import type { LambdaFunction } from "../../aws/lambda/function.ts";
import { type FunctionAddress, getFunction, updateFunctionConfiguration } from "../../aws/lambda/functions.ts";
import type { Progress } from "../../model/progress.ts";
import { reviseFunction } from "../revise.ts";
import { LayerFinder } from "./find-layer.ts";
import type { LayerWord } from "./layer-word.ts";
import { type AttachOutcome, failedOutcome } from "./outcome.ts";
import { type AttachPlan, planAttach, planDetach } from "./plan.ts";

/** What to attach or detach. */
export interface AttachWish {
  readonly layers: readonly LayerWord[];
  readonly variables: Readonly<Record<string, string>>;
}

interface AttachOptions {
  readonly wish: AttachWish;
  /** Plan only. */
  readonly dryRun: boolean;
  readonly progress: Progress;
}

/** An account has fifteen control-plane calls a second in a region; each function costs two or three. */
const atATime = 4;

/** Attaches; outcomes are in the order of the functions. */
export async function attachLayers(
  connection: Connection,
  functions: readonly FunctionAddress[],
  options: AttachOptions,
): Promise<AttachOutcome[]> {
  const finder = new LayerFinder(connection);
  const { layers: words, variables } = options.wish;
  const warned = new Set<string>();
  return await each(functions, options.progress, async (address) => {
    const first = await getFunction(connection, address);
    // Region and architecture don't change between one look and the next: layers are found once.
    const layers = await Promise.all(words.map((word) => finder.find(word, first)));
    const coming = layers.filter(({ arn }) => !first.layers.includes(arn));
    for (const warning of coming.flatMap(({ warnings }) => warnings)) {
      if (!warned.has(warning)) options.progress.warn(warning);
      warned.add(warning);
    }
    const plan = (current: LambdaFunction) => planAttach(current, { layers, variables });
    return await carryOut(connection, first, { plan, done: "attached", dryRun: options.dryRun });
  });
}

/** Detaches; outcomes are in the order of the functions. */
export async function detachLayers(
  connection: Connection,
  functions: readonly FunctionAddress[],
  options: AttachOptions,
): Promise<AttachOutcome[]> {
  return await each(functions, options.progress, async (address) => {
    const first = await getFunction(connection, address);
    const plan = (current: LambdaFunction) => planDetach(current, options.wish);
    return await carryOut(connection, first, { plan, done: "detached", dryRun: options.dryRun });
  });
}

async function each(
  functions: readonly FunctionAddress[],
  progress: Progress,
  work: (address: FunctionAddress) => Promise<AttachOutcome>,
): Promise<AttachOutcome[]> {
  const limit = pLimit(atATime);
  const task = progress.start("Updating");
  let done = 0;
  try {
    return await Promise.all(
      functions.map((address) =>
        limit(async () => {
          const outcome = await work(address).catch((error) => failedOutcome(address, error));
          task.update(`Updating: ${++done} of ${functions.length}`);
          return outcome;
        }),
      ),
    );
  } finally {
    task.done();
  }
}

interface Work {
  readonly plan: (current: LambdaFunction) => AttachPlan;
  readonly done: "attached" | "detached";
  readonly dryRun: boolean;
}

async function carryOut(connection: Connection, first: LambdaFunction, work: Work): Promise<AttachOutcome> {
  const planned = work.plan(first);
  const { name, region } = first;
  const outcome = {
    function: name,
    region,
    before: planned.before,
    after: planned.after,
    variables: planned.variables,
  };
  if (!planned.settings) return { ...outcome, result: "unchanged" };
  if (work.dryRun) return { ...outcome, result: "planned" };
  const { after } = await reviseFunction(connection, first, (current) => {
    const { settings } = work.plan(current);
    return (
      settings && updateFunctionConfiguration(connection, { region, name, revisionId: current.revisionId, ...settings })
    );
  });
  return { ...outcome, after: after.layers, result: work.done };
}
