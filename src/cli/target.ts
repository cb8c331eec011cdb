// Decides where AWS calls go: flag, environment, configuration, default, in that order.
import { usageError } from "../model/errors.ts";
import { regionPattern } from "../model/partition.ts";
import type { Target } from "../model/target.ts";
import type { Project } from "../project/project.ts";
import type { CommandContext } from "./command.ts";
import { faultHeaders } from "./fault-option.ts";

/** What the configuration may say about the target. */
type TargetConfig = Pick<Project, "target" | "region" | "profile">;

/** Of the local target, where nothing says otherwise. */
const localRegion = "us-east-1";

/**
 * The target of this command. With the local target its endpoint is started where none runs.
 * @throws usageError where no region can be found for AWS.
 */
export async function resolveTarget(context: CommandContext, config: TargetConfig): Promise<Target> {
  const { globals, env } = context;
  const region = checkRegion(globals.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? config.region);
  const local = isLocal(context, config);
  const headers = faultHeaders(context.faults, local);
  if (local) {
    const { ensureEndpoint } = await import("../emulator/background/ensure.ts");
    const { url, credentials } = await ensureEndpoint({
      env,
      cwd: context.cwd,
      progress: context.progress,
      signal: context.signal,
    });
    return { region: region ?? localRegion, endpoint: url, credentials, ...(headers && { headers }) };
  }
  const profile = globals.profile ?? env.AWS_PROFILE ?? config.profile;
  const endpoint = globals.endpointUrl ?? (env.LAMBDA_EXT_ENDPOINT_URL || undefined);
  return { region: region ?? (await profileRegion(profile)), endpoint, profile };
}

/** The region that a command would use, where one is set anywhere. */
export async function regionNamed(context: CommandContext, config: TargetConfig): Promise<string | undefined> {
  const { globals, env } = context;
  const region = checkRegion(globals.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? config.region);
  if (region !== undefined) return region;
  if (isLocal(context, config)) return localRegion;
  const { regionOfProfile } = await import("../aws/region.ts");
  return await regionOfProfile(globals.profile ?? env.AWS_PROFILE ?? config.profile);
}

/** Whether the local target is meant. */
export function isLocal(
  { globals, env }: Pick<CommandContext, "globals" | "env">,
  config: Pick<TargetConfig, "target">,
): boolean {
  if (globals.local === true && globals.endpointUrl !== undefined) {
    throw usageError("Both --local and --endpoint-url were given.", {
      code: "TwoTargets",
      hint: "--local knows its own endpoint: leave one of them out.",
    });
  }
  if (globals.local !== undefined) return globals.local;
  // An endpoint that was named is meant.
  if (globals.endpointUrl !== undefined) return false;
  const wanted = env.LAMBDA_EXT_TARGET || config.target || "aws";
  if (wanted !== "local" && wanted !== "aws") {
    throw usageError(`LAMBDA_EXT_TARGET is ${JSON.stringify(wanted)}.`, {
      code: "InvalidTarget",
      hint: "It is aws or local.",
    });
  }
  return wanted === "local";
}

function checkRegion(region: string | undefined): string | undefined {
  if (!region) return undefined;
  if (regionPattern.test(region)) return region;
  throw usageError(`${JSON.stringify(region)} is not a region.`, {
    code: "InvalidRegion",
    hint: "A region looks like eu-central-1.",
  });
}

async function profileRegion(profile: string | undefined): Promise<string> {
  const { regionOfProfile } = await import("../aws/region.ts");
  const region = await regionOfProfile(profile);
  if (region) return region;
  throw usageError("No region is set.", {
    code: "NoRegion",
    hint: "Give --region, set AWS_REGION, or put a region into the profile or the configuration. To stay on this machine: --local.",
  });
}
