// Decides which versions of layers can go: pure, so that --dry-run shows exactly what would be deleted.
import { groupBy } from "../../model/group.ts";
import { describeGrantee } from "../../model/sharing.ts";
import type { SurveyedVersion } from "../versions/survey.ts";
import type { FunctionUse } from "../versions/uses.ts";

/** What may go. */
export interface PruneRule {
  /** So many of the newest stay, of each layer in each region and for each architecture; at least 1. */
  readonly keep: number;
  /** Epoch milliseconds: only versions that were made before may go; undefined for no limit. */
  readonly before: number | undefined;
  /** Whether versions may go that are shared: who else uses them cannot be seen. */
  readonly shared: boolean;
}

/** What becomes of one version, and why. */
export interface PruneStep {
  readonly version: SurveyedVersion;
  readonly action: "delete" | "keep";
  readonly reason: string;
}

/** Decides for each version, in the order in which they came; `versions` must tell who uses them. */
export function planPrune(versions: readonly SurveyedVersion[], rule: PruneRule): PruneStep[] {
  const newest = newestOf(versions, rule.keep);
  return versions.map((version) => {
    const stays = newest.has(version)
      ? rule.keep === 1
        ? "the newest"
        : `among the newest ${rule.keep}`
      : (whyNeeded(version, rule) ?? whyYoung(version, rule));
    if (stays !== undefined) return { version, action: "keep", reason: stays };
    const others = version.grants.length > 0 ? `, and it is ${sharedWith(version)}` : "";
    return { version, action: "delete", reason: `no function in this account has it${others}` };
  });
}

/** Why a version must stay whatever its age: somebody has it, or may have it. Undefined where nobody does. */
export function whyNeeded(
  { usedBy, grants }: Pick<SurveyedVersion, "usedBy" | "grants">,
  { shared }: Pick<PruneRule, "shared">,
): string | undefined {
  // What was not looked for was not found to be free.
  if (usedBy === undefined) return "nobody has looked who uses it";
  if (usedBy.length > 0) return `used by ${describeUses(usedBy)}`;
  if (grants.length > 0 && !shared) return `${sharedWith({ grants })}, whose functions cannot be seen`;
  return undefined;
}

/** At least one of each architecture, also where both are versions of one layer. */
function newestOf(versions: readonly SurveyedVersion[], keep: number): Set<SurveyedVersion> {
  const newest = new Set<SurveyedVersion>();
  for (const ofLayer of groupBy(versions, ({ region, layerName }) => `${region} ${layerName}`).values()) {
    const descending = [...ofLayer].sort((a, b) => b.version - a.version);
    const architectures = new Set(descending.flatMap(architecturesOf));
    for (const architecture of architectures) {
      const made = descending.filter((version) => architecturesOf(version).includes(architecture));
      for (const version of made.slice(0, keep)) newest.add(version);
    }
  }
  return newest;
}

function architecturesOf({ architectures }: SurveyedVersion): readonly string[] {
  return architectures.length > 0 ? architectures : [""];
}

function whyYoung({ created }: SurveyedVersion, { before }: PruneRule): string | undefined {
  if (before === undefined) return undefined;
  const made = Date.parse(created);
  if (Number.isNaN(made)) return "nobody knows when it was made";
  return made >= before ? "too young" : undefined;
}

const mostTold = 3;

/** `checkout:$LATEST, checkout:3 and 4 more`. */
function describeUses(uses: readonly FunctionUse[]): string {
  const told = uses.slice(0, mostTold).map(({ functionName, version }) => `${functionName}:${version}`);
  const rest = uses.length - told.length;
  return `${told.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function sharedWith({ grants }: Pick<SurveyedVersion, "grants">): string {
  const whom = grants.map(({ grantee, sid }) => (grantee ? describeGrantee(grantee) : `whom statement ${sid} means`));
  return `shared with ${whom.slice(0, mostTold).join(", ")}${whom.length > mostTold ? ` and ${whom.length - mostTold} more` : ""}`;
}
