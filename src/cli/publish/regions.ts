// The regions that a command is about, and the way there.
import type { Connection } from "../../aws/connection.ts";
import type { Project } from "../../project/project.ts";
import type { CommandContext } from "../command.ts";
import { collectList } from "../options.ts";
import { connectProject } from "../remote.ts";

/** A connection, and where it is to be used. */
export interface ConnectedRegions {
  readonly connection: Connection;
  readonly regions: readonly string[];
  /** All that there are, rather than some that were named. */
  readonly everywhere: boolean;
  /** Nobody has named the regions: one that is not enabled was not asked for. */
  readonly guessed: boolean;
}

/** Connects to the regions that `--regions` has named, else those of the environment, of the configuration, or the one of the target. */
export async function connectRegions(
  context: CommandContext,
  project: Project,
  named: readonly string[] | undefined,
): Promise<ConnectedRegions> {
  const given = named ?? listIn(context.env.LAMBDA_EXT_REGIONS);
  // Where no region is home, the first that is named is as good as any: `all` are those of its partition.
  const fallback = [...(given ?? []), ...project.publish.regions].find((name) => name !== "all");
  const { connection, region } = await connectProject(context, project, fallback);
  const { findRegions } = await import("../../publish/regions.ts");
  const wanted = given ?? configured(context, project.publish.regions, region);
  const { regions, warnings, guessed } = await findRegions(connection, wanted);
  for (const warning of warnings) context.progress.warn(warning);
  return { connection, regions, everywhere: wanted.includes("all"), guessed };
}

/** A region that was named for this command counts more than the configuration's list. */
function configured({ globals }: CommandContext, list: readonly string[], region: string): readonly string[] {
  return list.length > 0 && globals.region === undefined ? list : [region];
}

function listIn(text: string | undefined): readonly string[] | undefined {
  return text ? collectList(text) : undefined;
}
