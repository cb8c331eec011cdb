// What the gateway needs to know of a service.
import type { AwsError } from "../wire/aws-error.ts";
import type { Answer } from "../wire/protocol.ts";
import type { Call } from "./call.ts";

/** A request as far as it names its operation. */
export interface NamingRequest extends Pick<Call, "method" | "rawPath" | "rawQuery" | "headers"> {
  /** Absent while it has not arrived: only a form's names the operation. */
  readonly body?: Buffer | undefined;
}

/** One AWS service. */
export interface Service {
  /** The names of the operations that it knows, those too that it only refuses. */
  readonly operations: readonly string[];
  /** The operation that a request asks for; undefined where it names none that is known. */
  operationOf(request: NamingRequest): string | undefined;
  /** Whether it reads bodies itself, as they arrive: then calls have none, and a `payload` instead. */
  readonly streams?: boolean;
  /** Longer bodies are refused while they arrive. */
  readonly maxBodyBytes: number;
  /** The refusal of a longer body. */
  tooLarge(request: { readonly method: string; readonly rawPath: string }): AwsError;
  /** @throws AwsError for every refusal. */
  handle(call: Call): Promise<Answer>;
}
