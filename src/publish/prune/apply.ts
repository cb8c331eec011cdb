// Deletes what a plan says, region by region; each is looked at again right before.
import type { Connection } from "../../aws/connection.ts";
import { layerGrants } from "../../aws/lambda/layer-policy.ts";
import { deleteLayerVersion } from "../../aws/lambda/layer-versions.ts";
import { layerOf } from "../../model/arn.ts";
import { LambdaExtError } from "../../model/errors.ts";
import { groupBy } from "../../model/group.ts";
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

/**
 * Carries a plan out; outcomes are in its order. A function that has got one of the versions since the plan was made keeps it. One that
 * gets it between this second look and the deletion, less than a second later as a rule, goes on working: what a function has, it keeps.
 */
export async function applyPrune(
  connection: Connection,
  plan: readonly PruneStep[],
  rule: Pick<PruneRule, "shared">,
): Promise<PruneOutcome[]> {
  const turns = createTurns();
  const outcomes = new Map<PruneStep, PruneOutcome>();
  const going = plan.filter(({ action }) => action === "delete");
  const regions = groupBy(going, ({ version }) => version.region);
  await Promise.all(
    [...regions].map(async ([region, steps]) => {
      const uses = await orFailure(() => lookAgain(connection, { region, steps, turns }));
      await Promise.all(
        steps.map(async (step) => {
          const result =
            "error" in uses ? failed(uses.error) : await settle(connection, { step, uses: uses.value, rule, turns });
          outcomes.set(step, { version: step.version, reason: step.reason, ...result });
        }),
      );
    }),
  );
  return plan.map((step) => outcomes.get(step) ?? { version: step.version, result: "kept", reason: step.reason });
}

interface Region {
  readonly region: string;
  readonly steps: readonly PruneStep[];
  readonly turns: Turns;
}

function lookAgain(connection: Connection, { region, steps, turns }: Region): Promise<LayerUses> {
  const layers = new Set(steps.map(({ version }) => layerOf(version.arn)));
  return findUses(connection, { region, turns, layers, aliases: false });
}

type Result = Pick<PruneOutcome, "result" | "error" | "meanwhile"> & { readonly reason?: string };

interface Settling {
  readonly step: PruneStep;
  readonly uses: LayerUses;
  readonly rule: Pick<PruneRule, "shared">;
  readonly turns: Turns;
}

async function settle(connection: Connection, { step, uses, rule, turns }: Settling): Promise<Result> {
  const { region, layerName: layer, version: number, arn } = step.version;
  const address = { region, layer, version: number };
  const done = await orFailure(async (): Promise<Result> => {
    const grants = rule.shared ? [] : await turns(region, () => layerGrants(connection, address));
    const needed = whyNeeded({ usedBy: uses.get(arn) ?? [], grants }, rule);
    if (needed !== undefined) return { result: "kept", reason: `${needed}, since the plan was made`, meanwhile: true };
    await turns(region, () => deleteLayerVersion(connection, address));
    return { result: "deleted" };
  });
  return "error" in done ? failed(done.error) : done.value;
}

function failed(error: Failure): Result {
  return { result: "failed", error };
}

/** What work gives, or its failure; an interruption is none. */
async function orFailure<Value>(work: () => Promise<Value>): Promise<{ value: Value } | { error: Failure }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof LambdaExtError && error.kind !== "interrupted") return { error: failureOf(error) };
    throw error;
  }
}
