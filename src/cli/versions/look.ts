// Looks at every version of some layers, with a word on how far that is.
import type { Connection } from "../../aws/connection.ts";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import type { RegionSurvey, SurveyedVersion, SurveyOptions } from "../../publish/versions/survey.ts";
import type { CommandContext } from "../command.ts";
import type { FailedRegion } from "../failed-regions.ts";
import { connectRegions } from "../publish/regions.ts";
import { type Patience, readPatience } from "../publish/tolerance.ts";
import { openProject } from "../remote.ts";
import { layerNames } from "./layers.ts";
import { namedRegions, type SurveyFlags } from "./options.ts";

/** What was seen. */
export interface Look {
  readonly connection: Connection;
  readonly patience: Patience;
  readonly layerNames: readonly string[];
  /** Those that were looked at, whatever came of it. */
  readonly regions: readonly string[];
  readonly versions: readonly SurveyedVersion[];
  /** Regions that could not be looked at. */
  readonly failed: readonly FailedRegion[];
}

interface Sought {
  readonly flags: SurveyFlags;
  /** Names of layers; the project's without. */
  readonly words: readonly string[];
  readonly uses: SurveyOptions["uses"];
}

/** Regions that nobody has named and that turn out not to be enabled are left out, and said to be. */
export async function lookAtVersions(context: CommandContext, { flags, words, uses }: Sought): Promise<Look> {
  const project = await openProject(context);
  const named = namedRegions(flags);
  const patience = readPatience(flags, project.publish);
  const names = await layerNames(project, words);
  const [{ connection, regions, guessed }, { surveyVersions }, ledger] = await Promise.all([
    connectRegions(context, project, named),
    import("../../publish/versions/survey.ts"),
    openLedger(ledgerFile(context.env, process.platform)),
  ]);
  const what = `Looking at ${regions.length === 1 ? "1 region" : `${regions.length} regions`}`;
  const task = context.progress.start(what);
  let looked = 0;
  try {
    const surveys = await surveyVersions(connection, {
      regions,
      layerNames: names,
      ledger,
      uses,
      regionMilliseconds: patience.regionMilliseconds,
      looked: () => task.update(`${what}: ${++looked} done`),
    });
    const asked = guessed ? withoutDisabled(surveys, context) : surveys;
    return {
      connection,
      patience,
      layerNames: names,
      regions: asked.map(({ region }) => region),
      versions: asked.flatMap((survey) => ("error" in survey ? [] : survey.versions)),
      failed: asked.flatMap((survey) => ("error" in survey ? [survey] : [])),
    };
  } finally {
    task.done();
  }
}

function withoutDisabled(surveys: readonly RegionSurvey[], { progress }: CommandContext): readonly RegionSurvey[] {
  const isDisabled = (survey: RegionSurvey) => "error" in survey && survey.error.code === "RegionNotEnabled";
  const disabled = surveys.filter(isDisabled).map(({ region }) => region);
  if (disabled.length > 0) {
    progress.warn(`Left out, since they are probably not enabled for this account: ${disabled.join(", ")}`);
  }
  return surveys.filter((survey) => !isDisabled(survey));
}
