// Deletes what a plan says, region by region; each is looked at again right before.
import type { Connection } from "../../aws/connection.ts";
import { layerGrants } from "../../aws/lambda/layer-policy.ts";
import { deleteLayerVersion } from "../../aws/lambda/layer-versions.ts";
import { layerOf } from "../../model/arn.ts";
import { LambdaExtError } from "../../model/errors.ts";
import { groupBy } from "../../model/group.ts";
import { createDeadlines } from "../apply/deadlines.ts";
import { type Failure, failureOf } from "../plan/sighting.ts";
import type { SurveyedVersion } from "../versions/survey.ts";
import { createTurns, type Turns } from "../versions/turns.ts";
import { findUses, type LayerUses } from "../versions/uses.ts";
import { type PruneRule, type PruneStep, whyNeeded } from "./plan.ts";

/** What became of a version. */
export interface PruneOutcome {
  readonly version: SurveyedVersion;
  readonly result: "deleted" | "kept" | "failed";
  /** Why it was to go, or stays. */
  readonly reason: string;
  /** It was to go, and something has come up since. */
  readonly meanwhile?: true | undefined;
  readonly error?: Failure | undefined;
}

/** How. */
export interface PruneOptions extends Pick<PruneRule, "shared"> {
  /** For all that is done in one region; no limit without. */
  readonly regionMilliseconds?: number | undefined;
}

/**
 * Carries a plan out; outcomes are in its order. A function that has got one of the versions since the plan was made keeps it. One that
 * gets it between this second look and the deletion, less than a second later as a rule, goes on working: what a function has, it keeps.
 */
export async function applyPrune(
  connection: Connection,
  plan: readonly PruneStep[],
  { shared, regionMilliseconds }: PruneOptions,
): Promise<PruneOutcome[]> {
  const deadlines = createDeadlines(regionMilliseconds);
  const turns = createTurns();
  const outcomes = new Map<PruneStep, PruneOutcome>();
  const going = plan.filter(({ action }) => action === "delete");
  const regions = groupBy(going, ({ version }) => version.region);
  try {
    await Promise.all(
      [...regions].map(async ([region, steps]) => {
        const inTime: InTime = (work) => orFailure(() => deadlines.within(region, connection, work));
        const layers = new Set(steps.map(({ version }) => layerOf(version.arn)));
        const uses = await inTime((limited) => findUses(limited, { region, turns, layers, aliases: false }));
        await Promise.all(
          steps.map(async (step) => {
            const result =
              "error" in uses
                ? uses
                : await inTime((limited) => settle(limited, { step, uses: uses.value, shared, turns }));
            const { version, reason } = step;
            const became = "error" in result ? { result: "failed" as const, error: result.error } : result.value;
            outcomes.set(step, { version, reason, ...became });
          }),
        );
      }),
    );
  } finally {
    deadlines.clear();
  }
  return plan.map((step) => outcomes.get(step) ?? { version: step.version, result: "kept", reason: step.reason });
}

/** Works within the region's time. */
type InTime = <Value>(
  work: (limited: Connection) => Promise<Value>,
) => Promise<{ readonly value: Value } | { readonly error: Failure }>;

interface Settling {
  readonly step: PruneStep;
  readonly uses: LayerUses;
  readonly shared: boolean;
  readonly turns: Turns;
}

type Became = Pick<PruneOutcome, "result" | "meanwhile"> & { readonly reason?: string };

async function settle(connection: Connection, { step, uses, shared, turns }: Settling): Promise<Became> {
  const { region, layerName: layer, version: number, arn } = step.version;
  const address = { region, layer, version: number };
  const grants = shared ? [] : await turns(region, () => layerGrants(connection, address));
  const needed = whyNeeded({ usedBy: uses.get(arn) ?? [], grants }, { shared });
  if (needed !== undefined) return { result: "kept", reason: `${needed}, since the plan was made`, meanwhile: true };
  await turns(region, () => deleteLayerVersion(connection, address));
  return { result: "deleted" };
}

/** What work gives, or its failure; an interruption is none. */
async function orFailure<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly error: Failure }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof LambdaExtError && error.kind !== "interrupted") return { error: failureOf(error) };
    throw error;
  }
}
