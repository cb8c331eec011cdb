// The architectures of requests.
import { type Architecture, architectures } from "../../../model/architecture.ts";

/** AWS's words for a wrong architecture in a list. */
export const architectureConstraint = `Member must satisfy constraint: [Member must satisfy enum value set: [${architectures.join(", ")}], Member must not be null]`;

/** Whether a text is one of AWS's two names. */
export function isArchitecture(text: string): text is Architecture {
  return (architectures as readonly string[]).includes(text);
}
