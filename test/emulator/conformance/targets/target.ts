// What plays a scene: something that takes a function and invocations, and has a log in the end.
import type { Act, Scene } from "../row.ts";

/** What the caller got. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds. */
  readonly took: number;
}

/** One scene on a target. */
export interface Stage {
  invoke(act: Extract<Act, { invoke: string }>): Promise<Answer>;
  /** All that was logged until now, the actors' reports among it. */
  log(): string;
  /** What the person who runs it was told. */
  warnings(): readonly string[];
  /** Ends the function's environment in order, and takes everything away. */
  end(): Promise<void>;
}

/** A thing to judge. */
export interface Target {
  readonly name: string;
  open(scene: Scene): Promise<Stage>;
  close(): Promise<void>;
}
