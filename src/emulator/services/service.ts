// What the gateway needs to know of a service.
import type { AwsError } from "../wire/aws-error.ts";
import type { Answer } from "../wire/protocol.ts";
import type { Call } from "./call.ts";

/** One AWS service. */
export interface Service {
  /** Longer bodies are refused while they arrive. */
  readonly maxBodyBytes: number;
  /** The refusal of a longer body. */
  tooLarge(request: { readonly method: string; readonly rawPath: string }): AwsError;
  /** @throws AwsError for every refusal. */
  handle(call: Call): Promise<Answer>;
}
