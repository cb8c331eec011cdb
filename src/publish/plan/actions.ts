// What a plan is made of: for each layer in each region, what will be done and why.
import type { Grantee } from "../../model/sharing.ts";
import type { Fill, WantedLayer } from "../wish.ts";
import type { Failure, PresentLayer } from "./sighting.ts";

/** Publishes something under each of the numbers from `from` to `through`, so that the next one is the one that all regions shall have. */
export interface AlignAction {
  readonly action: "align";
  readonly from: number;
  readonly through: number;
  readonly fill: Fill;
  readonly reason: string;
}

/** Makes a new version of the wanted bytes. */
export interface PublishAction {
  readonly action: "publish";
  /** The number that it must get, where numbers are aligned. */
  readonly version?: number | undefined;
  readonly reason: string;
}

/** Lets somebody use the version: the one that is published, or that is there already. */
export interface GrantAction {
  readonly action: "grant";
  readonly grantee: Grantee;
  readonly reason: string;
}

/** Takes a statement away from the version that is there already. */
export interface RevokeAction {
  readonly action: "revoke";
  readonly sid: string;
  readonly grantee?: Grantee | undefined;
  readonly reason: string;
}

/** Nothing is to be done. */
export interface UnchangedAction {
  readonly action: "unchanged";
  readonly reason: string;
}

/** Nothing can be done: the region could not be looked at. */
export interface FailedAction {
  readonly action: "failed";
  readonly error: Failure;
  readonly reason: string;
}

/** One thing that will be done about a layer in a region, and why. */
export type PlannedAction = AlignAction | PublishAction | GrantAction | RevokeAction | UnchangedAction | FailedAction;

/** What will be done about one layer in one region, in this order; `newest` is what the decision was made from. */
export interface LayerPlan extends WantedLayer {
  readonly newest?: PresentLayer | undefined;
  readonly actions: readonly PlannedAction[];
}

/** All of them, in the order of regions, then architectures. */
export type PublishPlan = readonly LayerPlan[];
