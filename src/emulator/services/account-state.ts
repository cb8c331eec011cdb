// What the operations work on: the store, and what lives as long as this process.
import type { PolicyDocument } from "../access/policy.ts";
import type { Executor } from "../execution.ts";
import type { Destinations } from "../store/destinations.ts";
import type { Store } from "../store/store.ts";
import type { Downloads } from "./downloads.ts";
import type { ThrottledEvents } from "./lambda/events/throttled-events.ts";
import type { Settling } from "./lambda/settling.ts";

/** The account as the operations see it. */
export interface AccountState {
  readonly store: Store;
  /** What the user may do; undefined for everything. @throws AwsError where the policy cannot be read any more. */
  userPolicy(): PolicyDocument | undefined;
  readonly downloads: Downloads;
  readonly settling: Settling;
  /** Where records of events go that are not for functions. */
  readonly destinations: Destinations;
  readonly throttled: ThrottledEvents;
  /** Starts the execution side at first use. */
  executor(): Promise<Executor>;
  /** Ends a function's environments, where any were ever started; nobody waits for it. */
  retire(functionArn: string): void;
  /** Keeps something going after its call was answered; it is waited for before the endpoint ends. */
  background(work: Promise<unknown>): void;
  /** Something went wrong that no caller is there to be told. */
  warn(message: string): void;
  /** The same for what may happen very often: each message once a minute. */
  warnSeldom(message: string): void;
  /** Something went as it should, and somebody may want to know where to. */
  note(message: string): void;
  /** Aborts when the endpoint is to end. */
  readonly closing: AbortSignal;
  /** Epoch milliseconds. */
  now(): number;
  /** How long a created or updated function is on its way. */
  settleMilliseconds(): number;
  /** The pauses before the second and third attempt at an event, in milliseconds. */
  readonly retryPauses: readonly number[];
  /** The pauses of an event that was throttled: the first, doubled each time, and the longest, in milliseconds. */
  readonly throttlePauses: { readonly first: number; readonly most: number };
}
