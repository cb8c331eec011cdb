// Shows layers on their way: a table on a terminal, a line for each that has arrived elsewhere.
import type { LayerState, PublishOutcome } from "../../publish/apply/outcome.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import type { WantedLayer } from "../../publish/wish.ts";
import type { CommandContext } from "../command.ts";
import { subjects } from "./subject.ts";
import { describeResult, renderTable } from "./table.ts";

/** Told where each layer is, until it is closed. */
export interface Show {
  readonly watch: (layer: WantedLayer, state: LayerState) => void;
  /** Told of an object that could not be removed. */
  readonly leftBehind: (address: string) => void;
  /** What has become of those that have arrived. */
  readonly ended: () => readonly PublishOutcome[];
  readonly close: () => void;
}

/** For the layers of a plan; all of them wait at first. */
export function showLayers({ story, progress, tell }: CommandContext, plan: PublishPlan): Show {
  const states = new Map<WantedLayer, LayerState>(plan.map((layer) => [layer, { state: "waiting" }]));
  const board = story.board?.((size) => renderTable(states, size, story.colors));
  const leftBehind = (address: string) =>
    progress.warn(`${address} is not needed any more and could not be removed: aws s3 rm ${address}`);
  const ended = () => [...states.values()].flatMap((state) => (state.state === "done" ? [state.outcome] : []));
  const note = (layer: WantedLayer, state: LayerState) => void states.set(layer, state);
  if (board) return { watch: note, leftBehind, ended, close: () => board.close() };
  const subject = subjects(plan);
  return {
    leftBehind,
    ended,
    watch(layer, state) {
      note(layer, state);
      if (state.state !== "done") return;
      const { outcome } = state;
      const { region, error } = outcome;
      if (error) tell(`${story.colors.red("✗")} ${region} ${subject(layer)}: failed (${error.code})`);
      else progress.step(`${region} ${subject(layer)}: ${describeResult(outcome)}`);
    },
    close() {},
  };
}
