// Finds the endpoint of the local target's folder, or starts it.
import { join } from "node:path";
import { LambdaExtError, toolError } from "../../model/errors.ts";
import type { Progress } from "../../model/progress.ts";
import type { Credentials } from "../../model/target.ts";
import { loadUserCredentials } from "../access/credentials.ts";
import { askLeader } from "./ask.ts";
import { localDirectory } from "./find.ts";
import { endpointFolder, prepareFolder } from "./folder.ts";
import { lastLeader } from "./leader-file.ts";
import { spawnEndpoint } from "./spawn.ts";
import { type EndpointIdentity, type EndpointStatus, wantedIdentity } from "./status.ts";
import { stopLeader } from "./stop.ts";

/** What finding it needs. */
export interface EnsureOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** For a relative LAMBDA_EXT_LOCAL_DIR. */
  readonly cwd?: string | undefined;
}

/** An endpoint that answers. */
export interface FoundEndpoint {
  readonly url: string;
  readonly credentials: Credentials;
  readonly status: EndpointStatus;
  /** Whether it was started for this. */
  readonly started: boolean;
}

/** More rounds than any race of first commands has needed. */
const mostRounds = 10;

/**
 * The one endpoint of the folder, started in the background where none runs; one of another version or with other options is ended
 * in order and replaced.
 */
export async function ensureEndpoint(options: EnsureOptions): Promise<FoundEndpoint> {
  const { env, progress, signal } = options;
  const directory = localDirectory(options);
  prepareFolder(directory);
  const wanted = wantedIdentity(env);
  let started = false;
  for (let round = 0; round < mostRounds; round++) {
    signal.throwIfAborted();
    const leader = lastLeader(endpointFolder(directory));
    const status = leader && (await askLeader(leader, { verb: "ping", signal }));
    if (leader && status) {
      if (!difference(status, wanted) && !status.closing) {
        return { url: status.url, credentials: await credentialsOf(directory), status, started };
      }
      if (!status.closing) progress.step(`Replacing the local endpoint: ${difference(status, wanted)}`);
      await stopLeader(leader, { signal });
      continue;
    }
    const task = progress.start("Starting the local endpoint");
    const report = await spawnEndpoint(directory, { env, signal }).finally(() => task.done());
    if (report.kind === "failed") throw new LambdaExtError("tool", report.message, report);
    started ||= report.kind === "ready";
    if (report.kind === "ready") progress.step(`Started the local endpoint in the background (folder ${directory})`);
  }
  throw toolError(`The local endpoint of ${directory} ends as soon as it is found.`, {
    code: "EndpointUnstable",
    hint: "Look into its log with `lambda-ext local status`, or start afresh with `lambda-ext local reset`.",
  });
}

function credentialsOf(directory: string): Promise<Credentials> {
  return loadUserCredentials(join(directory, "credentials.json"));
}

/** Why the endpoint that runs is not the wanted one; undefined where it is. */
function difference(status: EndpointIdentity, wanted: EndpointIdentity): string | undefined {
  if (status.version !== wanted.version) return `it is of version ${status.version}, this is ${wanted.version}`;
  if (status.build !== wanted.build) return "lambda-ext was built anew since it was started";
  if (status.isolation === wanted.isolation) return undefined;
  return `it runs with isolation ${status.isolation}, wanted is ${wanted.isolation}`;
}
