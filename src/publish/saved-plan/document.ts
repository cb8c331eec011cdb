// A plan as a file: what was wanted, what each decision was made from, and what will be done. It holds nothing secret.
import { isAbsolute, relative, resolve } from "node:path";
import * as v from "valibot";
import { usageError } from "../../model/errors.ts";
import { layerNamePattern } from "../../model/limits.ts";
import { regionPattern } from "../../model/partition.ts";
import { granteePattern } from "../../model/sharing.ts";
import type { PublishPlan } from "../plan/actions.ts";
import type { Tolerance } from "../standing.ts";
import { fills, type PublishWish } from "../wish.ts";

/** A plan, with all that is needed to carry it out another time. */
export interface SavedPlan {
  /** Where it is for: `aws`, `local`, or an endpoint's address; and whose. */
  readonly target: { readonly endpoint: string; readonly account: string };
  readonly wish: PublishWish;
  readonly tolerance: Tolerance;
  /** Seconds. */
  readonly regionTimeout: number;
  /** What large zips go through, with `{region}` in it. */
  readonly bucket: string | undefined;
  readonly layers: PublishPlan;
}

const architecture = v.picklist(["x86_64", "arm64"]);
const number = v.pipe(v.number(), v.integer(), v.minValue(1));
const failure = v.object({ code: v.string(), message: v.string(), hint: v.string() });
const reason = v.string();
const region = v.pipe(v.string(), v.regex(regionPattern));
// Each is checked as a flag is: a plan may have been edited since, and what it holds goes into addresses and policies.
const grantee = v.pipe(v.string(), v.regex(granteePattern));

const action = v.variant("action", [
  v.strictObject({ action: v.literal("align"), from: number, through: number, fill: v.picklist(fills), reason }),
  v.strictObject({ action: v.literal("publish"), version: v.optional(number), reason }),
  v.strictObject({ action: v.literal("grant"), grantee, reason }),
  v.strictObject({ action: v.literal("revoke"), sid: v.string(), grantee: v.optional(v.string()), reason }),
  v.strictObject({ action: v.literal("unchanged"), reason }),
  v.strictObject({ action: v.literal("failed"), error: failure, reason }),
]);

const newest = v.object({
  arn: v.string(),
  version: number,
  codeSha256: v.string(),
  architectures: v.array(v.string()),
  description: v.string(),
  license: v.string(),
  runtimes: v.array(v.string()),
  grants: v.optional(
    v.array(
      v.pipe(
        v.object({ sid: v.string(), grantee: v.optional(v.string()) }),
        v.transform(({ sid, grantee }) => ({ sid, grantee })),
      ),
    ),
  ),
});

const layer = v.strictObject({
  region,
  architecture,
  layerName: v.pipe(v.string(), v.regex(layerNamePattern)),
  shared: v.boolean(),
  zip: v.string(),
  zipBytes: v.number(),
  codeSha256: v.string(),
  newest: v.optional(newest),
  actions: v.pipe(v.array(action), v.minLength(1)),
});

const document = v.strictObject({
  schemaVersion: v.literal(1),
  kind: v.literal("publish-plan"),
  target: v.strictObject({ endpoint: v.string(), account: v.string() }),
  wish: v.strictObject({
    namePattern: v.string(),
    description: v.optional(v.string()),
    license: v.optional(v.string()),
    runtimes: v.array(v.string()),
    force: v.boolean(),
    sharing: v.optional(v.array(grantee)),
    align: v.optional(v.picklist(fills)),
  }),
  allowFail: v.array(v.string()),
  minRegions: number,
  everywhere: v.optional(v.boolean()),
  regionTimeout: v.pipe(v.number(), v.minValue(1)),
  bucket: v.optional(v.string()),
  layers: v.pipe(v.array(layer), v.minLength(1)),
});

/** The file's text; `folder` is where it will lie, so that zips beside it are found wherever both are taken. */
export function writePlan(
  { target, wish, tolerance, regionTimeout, bucket, layers }: SavedPlan,
  folder: string,
): string {
  const { namePattern, description, license, runtimes, force, sharing, align } = wish;
  const { allowFail, minRegions, everywhere } = tolerance;
  const whole: v.InferInput<typeof document> = {
    schemaVersion: 1,
    kind: "publish-plan",
    target,
    wish: {
      namePattern,
      description,
      license,
      runtimes: [...runtimes],
      force,
      sharing: sharing && [...sharing],
      align,
    },
    allowFail: [...allowFail],
    minRegions,
    everywhere,
    regionTimeout,
    bucket,
    layers: layers.map(({ zip, ...rest }) => v.parse(layer, { ...rest, zip: beside(zip, folder) })),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/**
 * Reads a file's text; `file` is its absolute path.
 * @throws usageError `InvalidPlan` where it is no plan, or one of another version.
 */
export function readPlan(text: string, file: string): SavedPlan {
  const { output, issues } = v.safeParse(document, parse(text));
  if (issues) {
    const at = v.getDotPath(issues[0]);
    throw usageError(
      `${file} is not a plan that this version of lambda-ext can carry out${at ? `: ${at} is wrong` : ""}.`,
      {
        code: "InvalidPlan",
        hint: "Make a new one: lambda-ext publish --dry-run --plan-file FILE",
      },
    );
  }
  const { target, wish, allowFail, minRegions, everywhere, regionTimeout, bucket, layers } = output;
  const { description, license, sharing, align } = wish;
  return {
    target,
    wish: { ...wish, description, license, sharing, align },
    tolerance: { allowFail, minRegions, everywhere },
    regionTimeout,
    bucket,
    layers: layers.map((entry) => ({ ...entry, zip: resolve(file, "..", entry.zip) })),
  };
}

function beside(zip: string, folder: string): string {
  const path = relative(folder, zip);
  // Another drive, on Windows.
  return isAbsolute(path) ? path : path.replaceAll("\\", "/");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
