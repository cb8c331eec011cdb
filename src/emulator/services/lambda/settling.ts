// Functions on their way: created but Pending, or updated but InProgress, for some milliseconds, as on AWS for seconds.
import type { FunctionVersion } from "../../store/documents.ts";

/** What a function is on its way to. */
export interface Transition {
  readonly kind: "creating" | "updating";
  /** What its `$LATEST` shows as RevisionId meanwhile: AWS gives it another one when it arrives. */
  readonly revisionId: string;
  /** What invocations run until then. */
  readonly previous?: FunctionVersion | undefined;
}

/** Function → what it is on its way to. Not kept: whoever reads the store after a crash finds it arrived. */
export class Settling {
  private readonly transitions = new Map<string, { readonly transition: Transition; readonly timer: NodeJS.Timeout }>();

  get(region: string, name: string): Transition | undefined {
    return this.transitions.get(keyOf(region, name))?.transition;
  }

  /** Sends a function on its way; `arrived` is called when it is there. */
  begin(
    target: { region: string; name: string; milliseconds: number },
    transition: Transition,
    arrived: () => void,
  ): void {
    const key = keyOf(target.region, target.name);
    this.forget(target.region, target.name);
    const timer = setTimeout(() => {
      this.transitions.delete(key);
      arrived();
    }, target.milliseconds);
    this.transitions.set(key, { transition, timer });
  }

  /** For a function that is deleted on its way. */
  forget(region: string, name: string): void {
    clearTimeout(this.transitions.get(keyOf(region, name))?.timer);
    this.transitions.delete(keyOf(region, name));
  }

  /** Stops the clocks. */
  close(): void {
    for (const { timer } of this.transitions.values()) clearTimeout(timer);
    this.transitions.clear();
  }
}

function keyOf(region: string, name: string): string {
  return `${region}/${name}`;
}
