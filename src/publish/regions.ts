// Which regions a publish goes to.
import { enabledRegions } from "../aws/account.ts";
import type { Connection } from "../aws/connection.ts";
import { isRefusal } from "../aws/errors.ts";
import { LambdaExtError, usageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import { partitionOf, regionPattern } from "../model/partition.ts";

/** Regions, and what should be said about some of them. */
export interface RegionChoice {
  readonly regions: readonly string[];
  readonly warnings: readonly string[];
  /** Whether they were named by nobody: all that we know, since the account did not say which of them are on. */
  readonly guessed: boolean;
}

/** Without them, or with others, nothing can be done anywhere. */
const credentialTrouble = ["ExpiredCredentials", "NoCredentials", "InvalidCredentials", "ClockSkew"];

/**
 * Reads a list of regions; `all` is every region that the account has enabled and in which Lambda is offered. Where the account does
 * not say (its caller lacks `account:ListRegions`), it is every one that we know.
 * @throws LambdaExtError where a word cannot be a region, or the credentials are no good.
 */
export async function findRegions(connection: Connection, wanted: readonly string[]): Promise<RegionChoice> {
  const home = connection.target.region;
  const choice = chooseRegions(wanted, home);
  if (!wanted.includes("all")) return choice;
  try {
    const enabled = await enabledRegions(connection);
    // What was named besides is asked for, whatever the account says.
    const known = choice.regions.filter((region) => enabled.includes(region) || wanted.includes(region));
    const unknown = enabled.filter((region) => !choice.regions.includes(region));
    return { regions: known, warnings: [...choice.warnings, ...unknown.map(warnOfUnknown)], guessed: false };
  } catch (error) {
    if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
    if (isRefusal(error, ...credentialTrouble)) throw error;
    const instead = "All that lambda-ext knows are tried; one that is not enabled counts as not asked for.";
    return { ...choice, warnings: [...choice.warnings, `${error.message} ${instead}`], guessed: true };
  }
}

function warnOfUnknown(region: string): string {
  return `${region} is enabled for this account, and lambda-ext does not know whether Lambda is offered there: to publish there, too: --regions all,${region}`;
}

/**
 * Reads a list of regions; `all` is every region of the partition of `home` in which Lambda is offered, and others may stand beside it.
 * A region that we don't know is passed on with a warning: AWS opens regions more often than we release.
 * @throws usageError where a word cannot be a region at all.
 */
export function chooseRegions(wanted: readonly string[], home: string): RegionChoice {
  const names = wanted.map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0)
    throw usageError("No region is named.", { code: "NoRegion", hint: "E.g. --regions eu-west-1,us-east-1, or all." });
  const regions = [...new Set(names.flatMap((name) => (name === "all" ? partitionOf(home).regions : name)))];
  const warnings: string[] = [];
  for (const region of regions) {
    const known = partitionOf(region).regions;
    if (known.includes(region)) continue;
    const meant = nearest(region, known);
    if (!regionPattern.test(region)) {
      throw usageError(`${JSON.stringify(region)} is not a region.`, {
        code: "InvalidRegion",
        hint: meant ? `Did you mean ${meant}?` : "A region looks like eu-central-1; all stands for every one.",
      });
    }
    warnings.push(`${region} is not a region that lambda-ext knows${meant ? `; did you mean ${meant}?` : "."}`);
  }
  return { regions, warnings, guessed: false };
}
