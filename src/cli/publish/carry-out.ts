// Carries a plan out, with a look at where it is.
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { Ledger } from "../../publish/ledger.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import type { CommandContext } from "../command.ts";
import type { PublishJob } from "./job.ts";
import { placeholderLayer } from "./placeholder-layer.ts";
import { showLayers } from "./show.ts";

interface Decided {
  readonly plan: PublishPlan;
  readonly ledger: Ledger;
}

/** The outcomes, in the plan's order. */
export async function carryOutPlan(
  context: CommandContext,
  { connection, wish, bucket, patience }: PublishJob,
  { plan, ledger }: Decided,
): Promise<PublishOutcome[]> {
  const { applyPublish } = await import("../../publish/apply/apply.ts");
  const show = showLayers(context, plan);
  return await applyPublish(connection, plan, {
    about: wish,
    ledger,
    placeholder: placeholderLayer,
    bucket,
    regionMilliseconds: patience.regionMilliseconds,
    watch: show.watch,
    leftBehind: show.leftBehind,
  })
    .finally(show.close)
    .catch((error) => {
      if (context.signal.aborted) tellInterrupted(context, show.ended(), plan.length);
      throw error;
    });
}

/** What is done stays done: whoever interrupts a run wants to know how far it was. */
function tellInterrupted({ tell }: CommandContext, ended: readonly PublishOutcome[], all: number): void {
  const count = (result: PublishOutcome["result"]) => ended.filter((outcome) => outcome.result === result).length;
  const shared = count("shared");
  const counts = [`${count("published")} published`, ...(shared > 0 ? [`${shared} shared`] : [])];
  tell(
    `Until then: ${[...counts, `${count("unchanged")} unchanged`, `${count("failed")} failed`].join(", ")}, ${all - ended.length} not finished`,
  );
}
