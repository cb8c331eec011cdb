// Reads a subscription and finds out whether it is valid (section 4.1 of the contract). The types of the errors are AWS's, the words
// ours: its documentation has none.
import {
  type Buffering,
  type Category,
  categories,
  type Subscription,
  type Target,
  type TelemetryApi,
} from "../../telemetry/subscription.ts";

/** What is wrong, a sentence. */
interface Invalid {
  readonly problem: string;
}

type Fields = Readonly<Record<string, unknown>>;

const schemaVersions: Record<TelemetryApi, readonly string[]> = {
  Telemetry: ["2022-07-01", "2022-12-13", "2025-01-29"],
  Logs: ["2020-08-15", "2021-03-18"],
};

/** The documentation's tables had two of these swapped for a while; these are right. */
const bufferingLimits: Record<
  keyof Buffering,
  { readonly least: number; readonly most: number; readonly usual: number }
> = {
  maxItems: { least: 1000, most: 10_000, usual: 10_000 },
  maxBytes: { least: 262_144, most: 1_048_576, usual: 262_144 },
  timeoutMs: { least: 25, most: 30_000, usual: 1000 },
};

/** Both are this environment's loopback; nothing else can be reached from where AWS delivers. */
const hosts = ["sandbox.localdomain", "sandbox"];

/** The Runtime API's own on Lambda, wherever it is here. */
const reservedPort = 9001;

/** The body of a subscription to `api`. Unknown keys are for later versions. */
export function readSubscription(api: TelemetryApi, body: Buffer): Subscription | Invalid {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  if (!isFields(document)) return { problem: "The body must be a JSON object" };
  const schemaVersion = readSchemaVersion(api, document.schemaVersion);
  if (typeof schemaVersion !== "string") return schemaVersion;
  const types = readTypes(document.types);
  if ("problem" in types) return types;
  const target = readTarget(api, document.destination);
  if ("problem" in target) return target;
  const buffering = readBuffering(document.buffering);
  if ("problem" in buffering) return buffering;
  return { api, schemaVersion, types, target, buffering };
}

function readSchemaVersion(api: TelemetryApi, version: unknown): string | Invalid {
  if (isAbsent(version) && api === "Logs") return "2020-08-15";
  const known = schemaVersions[api];
  if (typeof version === "string" && known.includes(version)) return version;
  return { problem: `schemaVersion must be one of ${known.join(", ")}${found(version)}` };
}

function readTypes(types: unknown): readonly Category[] | Invalid {
  const problem = `types must be a list with at least one of ${categories.join(", ")}`;
  if (!Array.isArray(types) || types.length === 0) return { problem: `${problem}${found(types)}` };
  const chosen: Category[] = [];
  for (const type of types) {
    const category = categories.find((known) => known === type);
    if (!category) return { problem: `${problem}${found(type)}` };
    if (!chosen.includes(category)) chosen.push(category);
  }
  return chosen;
}

function readTarget(api: TelemetryApi, destination: unknown): Target | Invalid {
  if (!isFields(destination)) return { problem: `destination must be an object${found(destination)}` };
  const { protocol, port } = destination;
  if (protocol === "HTTP") return readHttpTarget(api, destination);
  if (protocol !== "TCP") return { problem: `destination.protocol must be HTTP or TCP${found(protocol)}` };
  if (!isWhole(port) || port < 1 || port > 65_535) {
    return { problem: `destination.port must be a whole number from 1 to 65535${found(port)}` };
  }
  return port === reservedPort ? reserved("destination.port") : { protocol, port };
}

function readHttpTarget(api: TelemetryApi, { URI: uri, method, encoding }: Fields): Target | Invalid {
  const form = "http://sandbox.localdomain:PORT/PATH";
  const url = typeof uri === "string" && URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== "http:") return { problem: `destination.URI must have the form ${form}${found(uri)}` };
  if (!hosts.includes(url.hostname)) {
    return { problem: `destination.URI must name the host sandbox.localdomain${found(url.hostname)}` };
  }
  const port = url.port === "" ? 80 : Number(url.port);
  if (port === 0) return { problem: `destination.URI must have a port from 1 to 65535${found(uri)}` };
  if (port === reservedPort) return reserved("destination.URI");
  // These belong to the Logs API. Many send them to the other one too, which ignores them.
  const isLogs = api === "Logs";
  if (isLogs && !isAbsent(method) && method !== "POST" && method !== "PUT") {
    return { problem: `destination.method must be POST or PUT${found(method)}` };
  }
  if (isLogs && !isAbsent(encoding) && encoding !== "JSON") {
    return { problem: `destination.encoding must be JSON${found(encoding)}` };
  }
  return {
    ...{ protocol: "HTTP", port, path: `${url.pathname}${url.search}`, hostHeader: url.host },
    method: isLogs && method === "PUT" ? "PUT" : "POST",
  };
}

function readBuffering(buffering: unknown): Buffering | Invalid {
  const fields = isAbsent(buffering) ? {} : buffering;
  if (!isFields(fields)) return { problem: `buffering must be an object${found(buffering)}` };
  const read = (name: keyof Buffering): number | Invalid => {
    const { least, most, usual } = bufferingLimits[name];
    const value = fields[name];
    if (isAbsent(value)) return usual;
    if (isWhole(value) && value >= least && value <= most) return value;
    return { problem: `buffering.${name} must be a whole number from ${least} to ${most}${found(value)}` };
  };
  const [maxItems, maxBytes, timeoutMs] = [read("maxItems"), read("maxBytes"), read("timeoutMs")];
  if (typeof maxItems !== "number") return maxItems;
  if (typeof maxBytes !== "number") return maxBytes;
  return typeof timeoutMs === "number" ? { maxItems, maxBytes, timeoutMs } : timeoutMs;
}

function reserved(where: string): Invalid {
  return { problem: `${where} must not use port ${reservedPort}, which is Lambda's own` };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function found(value: unknown): string {
  return value === undefined ? ", and is missing" : `, not ${JSON.stringify(value).slice(0, 100)}`;
}
