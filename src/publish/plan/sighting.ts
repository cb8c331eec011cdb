// What a look at a region gave.
import type { LambdaExtError } from "../../model/errors.ts";
import type { LayerGrant } from "../../model/sharing.ts";

/** The newest version that a region has of a wanted layer, for its architecture. */
export interface PresentLayer {
  readonly arn: string;
  readonly version: number;
  readonly codeSha256: string;
  /** Of the zip. */
  readonly codeBytes?: number | undefined;
  readonly architectures: readonly string[];
  readonly description: string;
  readonly license: string;
  readonly runtimes: readonly string[];
  /** Who else may use it; undefined where nobody asked. */
  readonly grants?: readonly LayerGrant[] | undefined;
}

/** An error as documents tell it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Of one wanted layer; `newest` is absent where the layer has no version yet. */
export type Sighting = { readonly newest?: PresentLayer | undefined } | { readonly error: Failure };

/** An error of ours as a value. */
export function failureOf(error: LambdaExtError): Failure {
  return { code: error.code, message: error.message, hint: error.hint ?? "" };
}
