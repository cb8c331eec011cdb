// Carries out a publish plan: eight uploads at a time, an outcome for each layer in each region, nothing thrown for a region that fails.
import pLimit from "p-limit";
import type { Connection } from "../../aws/connection.ts";
import { LambdaExtError, remoteError } from "../../model/errors.ts";
import { groupBy } from "../../model/group.ts";
import { bucketIn, needsBucket } from "../bucket.ts";
import type { Ledger } from "../ledger.ts";
import type { LayerPlan, PublishPlan } from "../plan/actions.ts";
import { failureOf } from "../plan/sighting.ts";
import type { LayerDescription, WantedLayer } from "../wish.ts";
import { carryOut, type Made } from "./carry-out.ts";
import { createCommonFate } from "./common-fate.ts";
import { createDeadlines } from "./deadlines.ts";
import type { LayerState, PublishOutcome } from "./outcome.ts";
import { createParcel, type Parcel } from "./parcel.ts";
import { readPlannedZip } from "./planned-zip.ts";
import { bytesSource, directSource } from "./source.ts";

/** Measured: eight hide the latency; more only cost memory, 3 MiB for each (base64). */
const uploadsAtATime = 8;
/** Grants are small: as many at a time hide the way to the farthest regions. */
const grantsAtATime = 32;

/** What applying needs besides the plan. */
export interface ApplyOptions {
  readonly about: LayerDescription;
  readonly ledger: Ledger;
  /** Makes the bytes of a placeholder layer, for numbers that are filled with one. */
  readonly placeholder: () => Promise<Uint8Array>;
  /** Name of the buckets that large zips go through, with `{region}` in it; without, everything is sent directly. */
  readonly bucket?: string | undefined;
  /** For all that is done in one region; no limit without. */
  readonly regionMilliseconds?: number | undefined;
  /** Told where each layer is. */
  readonly watch?: ((layer: WantedLayer, state: LayerState) => void) | undefined;
  /** Told of what is no longer needed and could not be removed. */
  readonly leftBehind?: ((address: string) => void) | undefined;
}

/** Carries the plan out; outcomes are in its order. */
export async function applyPublish(
  connection: Connection,
  plan: PublishPlan,
  options: ApplyOptions,
): Promise<PublishOutcome[]> {
  const uploads = pLimit(uploadsAtATime);
  const grants = pLimit(grantsAtATime);
  const deadlines = createDeadlines(options.regionMilliseconds);
  const fate = createCommonFate();
  const zips = new Map<string, Promise<Uint8Array>>();
  const once = (name: string, make: () => Promise<Uint8Array>) => {
    const zip = zips.get(name) ?? make();
    zips.set(name, zip);
    return zip;
  };
  const watch = options.watch ?? (() => {});
  const outcomes = new Map<LayerPlan, PublishOutcome>();

  const settle = async (layer: LayerPlan, chain: readonly LayerPlan[]): Promise<void> => {
    let made: Made = {};
    let outcome: PublishOutcome;
    const { region } = layer;
    const parcel = parcelOf(layer, options.bucket);
    const within = <Result>(work: (limited: Connection) => Promise<Result>) =>
      fate.share(region, () => deadlines.within(region, connection, work));
    try {
      if (isNumbered(layer) && chain.some((one) => lacksNumber(outcomes.get(one)))) throw heldBack(layer);
      const source = parcel ?? directSource(() => once(layer.zip, () => readPlannedZip(layer)), layer.codeSha256);
      await carryOut(layer, {
        ...options,
        source,
        filling: async (fill) =>
          fill === "placeholder" ? await bytesSource(() => once("", options.placeholder)) : source,
        upload: (work) => uploads(() => within(work)),
        grant: (work) => grants(() => within(work)),
        enter: (state) => watch(layer, state),
        report: (news) => {
          made = { ...made, ...news };
        },
      });
      if (parcel && publishesNothing(layer)) await uploads(() => within((limited) => parcel.removeLeftover(limited)));
      outcome = outcomeOf(layer, made);
    } catch (error) {
      if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
      outcome = { ...outcomeOf(layer, made), result: "failed", error: failureOf(error) };
    } finally {
      const left = await parcel?.remove(connection);
      if (left !== undefined) options.leftBehind?.(left);
    }
    outcomes.set(layer, outcome);
    watch(layer, { state: "done", outcome });
  };

  try {
    // Both architectures one after the other where they are versions of one layer.
    const chains = groupBy(plan, ({ region, layerName }) => `${region} ${layerName}`);
    await allEnded(
      [...chains.values()].map(async (chain) => {
        for (const layer of chain) await settle(layer, chain);
      }),
    );
    return plan.flatMap((layer) => outcomes.get(layer) ?? []);
  } finally {
    deadlines.clear();
  }
}

/** Waits also where one has failed: what the others have put somewhere they take away. @throws what was thrown first. */
async function allEnded(chains: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(chains);
  await Promise.all(chains);
}

/** The way through S3, for a zip that needs it. */
function parcelOf(layer: LayerPlan, bucket: string | undefined): Parcel | undefined {
  return bucket !== undefined && needsBucket(layer) ? createParcel(layer, bucketIn(bucket, layer.region)) : undefined;
}

/** What is wanted is there: but not what an earlier run, which was killed afterwards, had put somewhere on the way. */
function publishesNothing({ actions }: LayerPlan): boolean {
  return actions.every(({ action }) => action !== "publish" && action !== "align" && action !== "failed");
}

/** Whether it must get a number that was decided beforehand. */
function isNumbered({ actions }: LayerPlan): boolean {
  return actions.some((action) => action.action === "publish" && action.version !== undefined);
}

/** Whether it was to take a number, and has taken none: what comes after it in the same layer would get that one. */
function lacksNumber(outcome: PublishOutcome | undefined): boolean {
  return outcome?.result === "failed" && outcome.version === undefined;
}

function heldBack({ layerName, region, architecture }: LayerPlan): LambdaExtError {
  return remoteError(
    `Layer ${layerName} was not published for ${architecture} in ${region}: what comes before it failed, and it would have got that number.`,
    { code: "HeldBack", hint: "Run the same command again." },
  );
}

function outcomeOf(layer: LayerPlan, made: Made): PublishOutcome {
  const { region, architecture, layerName, codeSha256, newest } = layer;
  const failed = layer.actions.find((action) => action.action === "failed");
  // Of what is planned to be published, the version before it is none of the run's.
  const version = made.version ?? (layer.actions.some(({ action }) => action === "publish") ? undefined : newest);
  const { granted = [], revoked = [], filled = [] } = made;
  const shared = granted.length + revoked.length > 0;
  return {
    region,
    architecture,
    layerName,
    codeSha256,
    result: failed ? "failed" : made.version ? "published" : shared ? "shared" : "unchanged",
    ...(version && { arn: version.arn, version: version.version }),
    ...(filled.length > 0 && { filled }),
    ...(granted.length > 0 && { granted }),
    ...(revoked.length > 0 && { revoked }),
    ...(failed && { error: failed.error }),
  };
}
