// The command lines that finish a publish which failed somewhere.
import { endpointName } from "../../model/target.ts";
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { Globals } from "../globals.ts";
import type { PublishOptions } from "./options.ts";

/** What the command was told. */
export interface Told {
  readonly globals: Globals;
  readonly options: PublishOptions;
  /** Whether numbers were aligned, by the flag or the configuration. */
  readonly aligned: boolean;
  /** Whose shell reads the lines. */
  readonly platform: NodeJS.Platform;
}

type Flag = keyof Required<PublishOptions>;

/** Flags that say where, or what this one run was to show or keep. */
const ofThisRun = [
  "regions",
  "allowFail",
  "minRegions",
  "build",
  "size",
  "dryRun",
  "planFile",
  "fault",
  "force",
] as const satisfies readonly Flag[];

/** The others mean the same in the next run. */
const lasting: Readonly<Record<Exclude<Flag, (typeof ofThisRun)[number]>, string>> = {
  arch: "--arch",
  zip: "--zip",
  layerName: "--layer-name",
  description: "--description",
  license: "--license",
  compatibleRuntimes: "--compatible-runtimes",
  outDir: "--out-dir",
  public: "--public",
  account: "--account",
  org: "--org",
  private: "--private",
  align: "--align",
  bucket: "--bucket",
  regionTimeout: "--region-timeout",
  plan: "--plan",
};

/**
 * Command lines as a shell takes them, none where nothing failed: for the regions that failed alone, unless all of them must be looked at to
 * align numbers, or a saved plan names them. Of a `--force`, what has its new version already is finished without: with it, it would get
 * another one. Aligning brings the others to the number of those.
 */
export function finishCommands(outcomes: readonly PublishOutcome[], told: Told): readonly string[] {
  // What a saved plan lacks, no repetition of it brings.
  const failed = outcomes.filter(({ error }) => error !== undefined && error.code !== "NotPlanned");
  if (failed.length === 0) return [];
  const { force = false, plan } = told.options;
  if (told.aligned || plan !== undefined) {
    return [command(told, { force: force && outcomes.every(({ result }) => result !== "published") })];
  }
  const made = force ? failed.filter(({ version }) => version !== undefined) : [];
  const rest = failed.filter((outcome) => !made.includes(outcome));
  return [
    ...(rest.length > 0 ? [command(told, { regions: regionsOf(rest), force })] : []),
    ...(made.length > 0 ? [command(told, { regions: regionsOf(made), force: false })] : []),
  ];
}

function regionsOf(outcomes: readonly PublishOutcome[]): readonly string[] {
  return [...new Set(outcomes.map(({ region }) => region))];
}

interface Difference {
  /** Those that failed; the same as before without. */
  readonly regions?: readonly string[];
  readonly force: boolean;
}

function command({ globals, options, platform }: Told, { regions, force }: Difference): string {
  const allowed = options.allowFail?.filter((region) => !regions || regions.includes(region));
  const { config, profile, endpointUrl, local, yes, region } = globals;
  const words = [
    ...flag("--regions", regions ?? options.regions),
    ...(regions || options.regions || options.plan ? [] : flag("--region", region)),
    ...flag("--config", config),
    ...flag("--profile", profile),
    ...flag("--endpoint-url", endpointUrl && endpointName(endpointUrl)),
    ...Object.entries(lasting).flatMap(([name, word]) => flag(word, wordFor(options[name as keyof typeof lasting]))),
    ...flag("--allow-fail", allowed),
    // Of fewer regions, all are to be complete.
    ...(regions ? [] : flag("--min-regions", options.minRegions)),
    ...(local === undefined ? [] : [local ? "--local" : "--no-local"]),
    ...flag("--force", force),
    ...flag("--yes", yes),
  ];
  return ["lambda-ext", "publish", ...words.map((word) => quote(word, platform))].join(" ");
}

/** What a flag may be given. */
export type FlagValue = string | number | boolean | readonly string[] | undefined;

/** Both architectures have one word. */
function wordFor(value: FlagValue): FlagValue {
  return Array.isArray(value) && value.length > 1 && value.every((item) => item === "x86_64" || item === "arm64")
    ? "all"
    : value;
}

/** A flag's words; none where it was not given. */
export function flag(name: string, value: FlagValue): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [name];
  if (typeof value === "object") return value.length === 0 ? [] : [name, value.join(",")];
  return [name, String(value)];
}

/** A word as the shell of a platform takes it. */
export function quote(word: string, platform: NodeJS.Platform): string {
  if (/^[\w./:@%+,=-]+$/.test(word) || (platform === "win32" && /^[\w./:@+,=\\-]+$/.test(word))) return word;
  if (platform === "win32") return `"${word.replaceAll('"', '\\"')}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
