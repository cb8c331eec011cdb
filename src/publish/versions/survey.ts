// Looks at every version of some layers in some regions: bytes, sharing, and who uses them.
import type { Connection } from "../../aws/connection.ts";
import { isRefusal } from "../../aws/errors.ts";
import { layerGrants } from "../../aws/lambda/layer-policy.ts";
import { listLayerVersions } from "../../aws/lambda/layer-versions.ts";
import { getLayerVersion, type LayerVersion, type ListedLayerVersion } from "../../aws/lambda/layers.ts";
import { layerOf } from "../../model/arn.ts";
import { LambdaExtError } from "../../model/errors.ts";
import type { LayerGrant } from "../../model/sharing.ts";
import { createCommonFate } from "../apply/common-fate.ts";
import { createDeadlines } from "../apply/deadlines.ts";
import type { Ledger } from "../ledger.ts";
import { type Failure, failureOf } from "../plan/sighting.ts";
import { createTurns, type Turns } from "./turns.ts";
import { type FunctionUse, findUses } from "./uses.ts";

/** A version as it stands in its region. */
export interface SurveyedVersion extends LayerVersion {
  readonly region: string;
  readonly layerName: string;
  /** Who else may use it. */
  readonly grants: readonly LayerGrant[];
  /** Absent where nobody asked. */
  readonly usedBy?: readonly FunctionUse[] | undefined;
}

/** All that a region has of the layers, newest first, or why it cannot be told. */
export type RegionSurvey =
  | { readonly region: string; readonly versions: readonly SurveyedVersion[] }
  | { readonly region: string; readonly error: Failure };

/** What to look at, and how. */
export interface SurveyOptions {
  readonly regions: readonly string[];
  readonly layerNames: readonly string[];
  readonly ledger: Ledger;
  /** Whether to look for who uses the versions: their functions, and the aliases that lead to these. */
  readonly uses: "none" | "functions" | "aliases";
  /** For all looks at one region; no limit without. */
  readonly regionMilliseconds?: number | undefined;
  /** Called after each region. */
  readonly looked?: (() => void) | undefined;
}

/** One survey for each region, in their order; a region that cannot be looked at gives its error, the others go on. */
export async function surveyVersions(connection: Connection, options: SurveyOptions): Promise<RegionSurvey[]> {
  const turns = createTurns();
  const deadlines = createDeadlines(options.regionMilliseconds);
  const fate = createCommonFate();
  const look = async (region: string): Promise<RegionSurvey> => {
    try {
      const versions = await fate.share(region, () =>
        deadlines.within(region, connection, (limited) => surveyRegion(limited, region, { ...options, turns })),
      );
      return { region, versions };
    } catch (error) {
      if (error instanceof LambdaExtError && error.kind !== "interrupted") return { region, error: failureOf(error) };
      throw error;
    } finally {
      options.looked?.();
    }
  };
  try {
    return await Promise.all(options.regions.map(look));
  } finally {
    deadlines.clear();
  }
}

async function surveyRegion(
  connection: Connection,
  region: string,
  options: SurveyOptions & { readonly turns: Turns },
): Promise<SurveyedVersion[]> {
  const { turns, layerNames, uses } = options;
  const listed = await Promise.all(
    layerNames.map((layer) => turns(region, () => listLayerVersions(connection, { region, layer }))),
  );
  const versions = listed.flat();
  const [known, users] = await Promise.all([
    Promise.all(
      listed.flatMap((ofLayer, index) =>
        ofLayer.map((version) =>
          surveyVersion(connection, { ...options, region, layerName: layerNames[index] ?? "", version }),
        ),
      ),
    ),
    uses === "none" || versions.length === 0
      ? undefined
      : findUses(connection, {
          region,
          turns,
          layers: new Set(versions.map(({ arn }) => layerOf(arn))),
          aliases: uses === "aliases",
        }),
  ]);
  const found = known.filter((version) => version !== undefined);
  return users ? found.map((version) => ({ ...version, usedBy: users.get(version.arn) ?? [] })) : found;
}

interface Sought {
  readonly region: string;
  readonly layerName: string;
  readonly version: ListedLayerVersion;
  readonly ledger: Ledger;
  readonly turns: Turns;
}

/** Undefined for a version that was deleted since it was listed. */
async function surveyVersion(connection: Connection, sought: Sought): Promise<SurveyedVersion | undefined> {
  const { region, layerName, version: listed, ledger, turns } = sought;
  const address = { region, layer: layerName, version: listed.version };
  try {
    const [version, grants] = await Promise.all([
      ledger.find(listed.arn, listed.created) ?? turns(region, () => getLayerVersion(connection, address)),
      turns(region, () => layerGrants(connection, address)),
    ]);
    await ledger.remember(version);
    return { ...version, region, layerName, grants };
  } catch (error) {
    if (isRefusal(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}
