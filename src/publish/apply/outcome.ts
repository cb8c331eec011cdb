// What became of a layer in a region, on the way and in the end.
import type { Architecture } from "../../model/architecture.ts";
import type { Grantee } from "../../model/sharing.ts";
import type { Failure } from "../plan/sighting.ts";

/** The end. */
export interface PublishOutcome {
  readonly region: string;
  readonly architecture: Architecture;
  readonly layerName: string;
  readonly codeSha256: string;
  /** `shared`: the version was there, and who may use it has changed. */
  readonly result: "published" | "shared" | "unchanged" | "failed";
  /** The version that the run is about; also of one that was published before something else failed. */
  readonly arn?: string | undefined;
  readonly version?: number | undefined;
  /** The numbers that were filled before it. */
  readonly filled?: readonly number[] | undefined;
  readonly granted?: readonly Grantee[] | undefined;
  /** Ids of statements. */
  readonly revoked?: readonly string[] | undefined;
  readonly error?: Failure | undefined;
}

/** Where a layer is just now. */
export type LayerState =
  | { readonly state: "waiting" }
  /** Filling the numbers before the one that all regions shall have. */
  | { readonly state: "filling"; readonly number: number; readonly through: number }
  /** How much of the zip has been sent, where that is known. */
  | {
      readonly state: "uploading";
      readonly sentBytes?: number | undefined;
      readonly totalBytes?: number | undefined;
    }
  | { readonly state: "sharing" }
  | { readonly state: "done"; readonly outcome: PublishOutcome };
