// What an extension has subscribed to, and which events that means.
import type { PlatformType } from "./platform-event.ts";

/** What can be subscribed to. */
export const categories = ["platform", "function", "extension"] as const;

/** Where an event comes from. */
export type Category = (typeof categories)[number];

/** The two APIs; one extension may use only one of them. */
export type TelemetryApi = "Telemetry" | "Logs";

/** Where events go; always on this machine's loopback, whatever the destination's name was. */
export type Target =
  | {
      readonly protocol: "HTTP";
      readonly port: number;
      /** With its query. */
      readonly path: string;
      /** As the extension wrote it, with the port. */
      readonly hostHeader: string;
      readonly method: "POST" | "PUT";
    }
  | { readonly protocol: "TCP"; readonly port: number };

/** When a batch leaves: at whichever comes first. */
export interface Buffering {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** A subscription that was found valid. */
export interface Subscription {
  readonly api: TelemetryApi;
  readonly schemaVersion: string;
  readonly types: readonly Category[];
  readonly target: Target;
  readonly buffering: Buffering;
}

/** The Logs API is older than most events. */
const logsApiTypes: ReadonlySet<PlatformType> = new Set<PlatformType>([
  ...(["platform.start", "platform.end", "platform.report", "platform.fault"] as const),
  ...(["platform.extension", "platform.logsSubscription", "platform.logsDropped"] as const),
]);
/** These two are in no schema of the Telemetry API. */
const logsApiOnly: ReadonlySet<PlatformType> = new Set<PlatformType>(["platform.end", "platform.fault"]);

/** Whether an event of this type belongs to the subscription's API and schema; lines belong to all of them. */
export function schemaHas(
  { api, schemaVersion }: Subscription,
  type: PlatformType | "function" | "extension",
): boolean {
  if (type === "function" || type === "extension") return true;
  if (api === "Telemetry") return !logsApiOnly.has(type);
  return logsApiTypes.has(type) || (type === "platform.runtimeDone" && schemaVersion === "2021-03-18");
}
