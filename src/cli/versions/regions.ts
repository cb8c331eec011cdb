// Connects a command that reads what is published where.
import type { Connection } from "../../aws/connection.ts";
import { usageError } from "../../model/errors.ts";
import type { Project } from "../../project/project.ts";
import { chooseRegions } from "../../publish/regions.ts";
import type { CommandContext } from "../command.ts";
import { collectList } from "../options.ts";
import { connectProject } from "../remote.ts";

/** The flags that name regions. */
export interface RegionFlags {
  readonly regions?: readonly string[] | undefined;
  readonly allRegions?: true | undefined;
}

/** The connection, and the regions that are meant: as publish has them. */
export async function connectRegions(
  context: CommandContext,
  project: Project,
  flags: RegionFlags,
): Promise<{ readonly connection: Connection; readonly regions: readonly string[] }> {
  if (flags.allRegions && flags.regions !== undefined) {
    throw usageError("Both all regions and some were asked for.", {
      code: "TwoRegionLists",
      hint: "Give --all-regions, or --regions.",
    });
  }
  const { globals, env } = context;
  const given = flags.allRegions ? ["all"] : (flags.regions ?? listIn(env.LAMBDA_EXT_REGIONS));
  const fallback = given?.find((name) => name !== "all");
  const { connection, region } = await connectProject(context, project, fallback);
  // A region that was named for this command counts more than the configuration's list.
  const { regions: list } = project.publish;
  const configured = list.length > 0 && globals.region === undefined ? list : [region];
  const { regions, warnings } = chooseRegions(given ?? configured, region);
  for (const warning of warnings) context.progress.warn(warning);
  return { connection, regions };
}

function listIn(text: string | undefined): readonly string[] | undefined {
  return text ? collectList(text) : undefined;
}
