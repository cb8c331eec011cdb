// Finds the endpoint of the local target's folder, or starts it.
import { join } from "node:path";
import { LambdaExtError, toolError } from "../../model/errors.ts";
import type { Progress } from "../../model/progress.ts";
import type { Credentials } from "../../model/target.ts";
import { loadUserCredentials } from "../access/credentials.ts";
import type { ChosenSettings } from "../settings.ts";
import { askLeader } from "./ask.ts";
import { localDirectory } from "./find.ts";
import { endpointFolder, prepareFolder } from "./folder.ts";
import { lastLeader } from "./leader-file.ts";
import { spawnEndpoint } from "./spawn.ts";
import { type EndpointStatus, ownBuild } from "./status.ts";
import { stopLeader } from "./stop.ts";
import { chosenSettings, knownSettings, refuseContradiction, settingsDifference, settingVariables } from "./wanted.ts";

/** What finding it needs. */
export interface EnsureOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** For a relative LAMBDA_EXT_LOCAL_DIR, or policy. */
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
 * The one endpoint of the folder, started in the background where none runs; one of another version, or with other settings than
 * those that were chosen, is ended in order and replaced. What was not chosen stays as the one before had it.
 */
export async function ensureEndpoint(options: EnsureOptions): Promise<FoundEndpoint> {
  const { env, progress, signal } = options;
  const directory = localDirectory(options);
  prepareFolder(directory);
  const chosen = chosenSettings(env, options.cwd);
  let replaced: ChosenSettings = {};
  let started = false;
  for (let round = 0; round < mostRounds; round++) {
    signal.throwIfAborted();
    const leader = lastLeader(endpointFolder(directory));
    const status = leader && (await askLeader(leader, { verb: "ping", signal }));
    if (leader && status) {
      const reason = difference(status, chosen);
      if (!reason && !status.closing) {
        return { url: status.url, credentials: await credentialsOf(directory), status, started };
      }
      if (!status.closing) {
        refuseContradiction({ ...knownSettings(status.settings), ...chosen });
        progress.step(`Replacing the local endpoint: ${reason}`);
        // What another command started meanwhile chose nothing that was there before it.
        replaced = { ...knownSettings(status.settings), ...replaced };
      }
      await stopLeader(leader, { signal });
      continue;
    }
    const wanted = { ...replaced, ...chosen };
    refuseContradiction(wanted);
    const surroundings = { ...env, ...settingVariables(wanted) };
    const task = progress.start("Starting the local endpoint");
    const report = await spawnEndpoint(directory, { env: surroundings, signal }).finally(() => task.done());
    if (report.kind === "failed") throw new LambdaExtError(report.whose, report.message, report);
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
function difference(status: EndpointStatus, chosen: ChosenSettings): string | undefined {
  const own = ownBuild();
  if (status.version !== own.version) return `it is of version ${status.version}, this is ${own.version}`;
  if (status.build !== own.build) return "lambda-ext was built anew since it was started";
  return settingsDifference(status.settings, chosen);
}
