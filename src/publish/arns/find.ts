// Finds the newest version of layers in every region.
import type { Connection } from "../../aws/connection.ts";
import { type ListedLayerVersion, newestLayerVersion } from "../../aws/lambda/layers.ts";
import type { Architecture } from "../../model/architecture.ts";
import { LambdaExtError } from "../../model/errors.ts";
import { isPlaceholder } from "../../model/placeholder.ts";
import { createCommonFate } from "../apply/common-fate.ts";
import { createDeadlines } from "../apply/deadlines.ts";
import { type Failure, failureOf } from "../plan/sighting.ts";
import { createTurns } from "../versions/turns.ts";

/** What people call one layer: its versions for both architectures, under one name in AWS or two. */
export interface LayerFamily {
  readonly name: string;
  readonly members: readonly FamilyMember[];
}

/** Where a family's versions for one architecture are. */
export interface FamilyMember {
  readonly architecture: Architecture;
  readonly layerName: string;
  /** Whether the name alone does not tell the architecture. */
  readonly shared: boolean;
}

/** The newest version of a family for one architecture in one region. */
export interface PublishedArn {
  readonly layer: string;
  readonly layerName: string;
  readonly architecture: Architecture;
  readonly region: string;
  readonly version: number;
  readonly arn: string;
}

/** What a region has, or why it cannot be told. */
export type RegionArns =
  | {
      readonly region: string;
      readonly arns: readonly PublishedArn[];
      /** Names of layers whose newest version only fills a number: a publish that was not finished. */
      readonly unfinished: readonly string[];
    }
  | { readonly region: string; readonly error: Failure };

/** What to look for, and how. */
export interface FindOptions {
  readonly families: readonly LayerFamily[];
  readonly regions: readonly string[];
  /** For all looks at one region; no limit without. */
  readonly regionMilliseconds?: number | undefined;
  /** Called after each region. */
  readonly looked?: (() => void) | undefined;
}

/** One answer for each region, in their order; a region that cannot be looked at gives its error, the others go on. */
export async function findArns(connection: Connection, options: FindOptions): Promise<RegionArns[]> {
  const turns = createTurns();
  const deadlines = createDeadlines(options.regionMilliseconds);
  const fate = createCommonFate();
  const lookIn = async (region: string): Promise<RegionArns> => {
    const newest: Look = (layer, architecture) =>
      turns(region, () =>
        deadlines.within(region, connection, (limited) => newestLayerVersion(limited, { region, layer, architecture })),
      );
    const found = await Promise.all(
      options.families.flatMap(({ name, members }) =>
        members.map(async (member) => ({ name, member, version: await newestOf(member, newest) })),
      ),
    );
    const there = found.flatMap(({ version, ...rest }) => (version ? [{ ...rest, version }] : []));
    return {
      region,
      arns: there
        .filter(({ version }) => !isPlaceholder(version))
        .map(({ name, member: { layerName, architecture }, version: { version, arn } }) => ({
          ...{ layer: name, layerName, architecture, region },
          ...{ version, arn },
        })),
      unfinished: there.filter(({ version }) => isPlaceholder(version)).map(({ member }) => member.layerName),
    };
  };
  const orFailure = async (region: string): Promise<RegionArns> => {
    try {
      return await fate.share(region, () => lookIn(region));
    } catch (error) {
      if (error instanceof LambdaExtError && error.kind !== "interrupted") return { region, error: failureOf(error) };
      throw error;
    } finally {
      options.looked?.();
    }
  };
  try {
    return await Promise.all(options.regions.map(orFailure));
  } finally {
    deadlines.clear();
  }
}

type Look = (layerName: string, architecture: Architecture | undefined) => Promise<ListedLayerVersion | undefined>;

async function newestOf({ layerName, architecture, shared }: FamilyMember, newest: Look) {
  if (!shared) return await newest(layerName, undefined);
  const found = await newest(layerName, architecture);
  if (found) return found;
  // Where none were named when it was published, it passes for all.
  const any = await newest(layerName, undefined);
  return any?.architectures.length === 0 ? any : undefined;
}
