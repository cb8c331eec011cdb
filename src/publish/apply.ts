// Carries out a publish plan: eight uploads at a time, an outcome for each action, nothing thrown for a region that fails.
import { readFile } from "node:fs/promises";
import pLimit from "p-limit";
import type { Connection } from "../aws/connection.ts";
import type { Architecture } from "../model/architecture.ts";
import { LambdaExtError } from "../model/errors.ts";
import type { Progress } from "../model/progress.ts";
import { type Failure, failureOf, type LayerDescription, type PublishAction, type PublishPlan } from "./plan.ts";
import { uploadLayer } from "./upload.ts";

/** What became of one action. */
export interface PublishOutcome {
  readonly region: string;
  readonly architecture: Architecture;
  readonly layerName: string;
  readonly codeSha256: string;
  readonly result: "published" | "unchanged" | "failed";
  readonly arn?: string;
  readonly version?: number;
  readonly error?: Failure;
}

/** Measured: eight hide the latency; more only cost memory, 3 MiB for each (base64). */
const uploadsAtATime = 8;

interface ApplyOptions extends LayerDescription {
  /** Whether both architectures are versions of one layer: then they follow each other, so that numbers come in one order. */
  readonly shared: boolean;
  readonly progress: Progress;
}

/** Carries the plan out; outcomes are in its order. */
export async function applyPublish(
  connection: Connection,
  plan: PublishPlan,
  options: ApplyOptions,
): Promise<PublishOutcome[]> {
  const limit = pLimit(uploadsAtATime);
  const zips = new Map<string, Promise<Buffer>>();
  const task = options.progress.start("Publishing");
  const total = plan.filter(({ action }) => action === "publish").length;
  let done = 0;

  const carryOut = async (action: PublishAction): Promise<PublishOutcome> => {
    if (action.action !== "publish") return settled(action);
    const zip = zips.get(action.zip) ?? readFile(action.zip);
    zips.set(action.zip, zip);
    const outcome = await publishOne(connection, action, { ...options, zip: await zip });
    task.update(`Publishing: ${++done} of ${total}`);
    return outcome;
  };

  try {
    const chains = groupBy(plan, (action) => `${action.region} ${action.layerName}`);
    const outcomes = new Map<PublishAction, PublishOutcome>();
    await Promise.all(
      chains.map((chain) =>
        limit(async () => {
          for (const action of chain) outcomes.set(action, await carryOut(action));
        }),
      ),
    );
    return plan.flatMap((action) => outcomes.get(action) ?? []);
  } finally {
    task.done();
  }
}

async function publishOne(
  connection: Connection,
  action: PublishAction & { action: "publish" },
  options: ApplyOptions & { readonly zip: Buffer },
): Promise<PublishOutcome> {
  const { region, architecture, layerName, codeSha256 } = action;
  const about = { region, architecture, layerName, codeSha256 };
  try {
    const { arn, version } = await uploadLayer(connection, action, {
      region,
      layer: layerName,
      architectures: [architecture],
      zip: options.zip,
      runtimes: options.runtimes,
      description: options.description,
      license: options.license,
      shared: options.shared,
    });
    return { ...about, result: "published", arn, version };
  } catch (error) {
    if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
    return { ...about, result: "failed", error: failureOf(error) };
  }
}

function settled(action: PublishAction & { action: "unchanged" | "failed" }): PublishOutcome {
  const { region, architecture, layerName, codeSha256 } = action;
  const about = { region, architecture, layerName, codeSha256 };
  if (action.action === "failed") return { ...about, result: "failed", error: action.error };
  return { ...about, result: "unchanged", arn: action.newest.arn, version: action.newest.version };
}

function groupBy(plan: PublishPlan, keyOf: (action: PublishAction) => string): PublishAction[][] {
  const groups = new Map<string, PublishAction[]>();
  for (const action of plan) {
    const group = groups.get(keyOf(action)) ?? [];
    groups.set(keyOf(action), group);
    group.push(action);
  }
  return [...groups.values()];
}
