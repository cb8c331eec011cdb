// What makes a command need more, or less, than it does as a rule.
import { parseLayerWord } from "../../functions/attach/layer-word.ts";
import type { Branch, CommandLine } from "./need.ts";
import { given, listOption, textOption } from "./read-option.ts";
import { bucketOf, functionNames, layerWords } from "./resources.ts";

/** For what only looks. */
export const unlessDryRun: Branch = { words: "without `--dry-run`", holds: (line) => !given(line, "dryRun") };

/** Everything that says with whom layers are shared; a plan in a file may. */
export const whenShared: Branch = {
  words: "where sharing is said",
  holds: (line) => sharingFlags(line) || configured(line) !== undefined || given(line, "plan"),
};

/** Where somebody shall get what they may not have yet. */
export const whenGranted: Branch = {
  words: "with `--public`, `--account`, `--org`",
  holds: (line) =>
    changes(line) && (given(line, "public", "account", "org", "plan") || (!sharingFlags(line) && grants(line))),
};

/** Where somebody may lose what they have. */
export const whenRevoked: Branch = {
  words: "where sharing is said",
  holds: (line) => changes(line) && whenShared.holds(line),
};

/** Of verify, which compares the newest as a rule. */
export const unlessNumbered: Branch = { words: "without `--number`", holds: (line) => !given(line, "number") };

/** Of verify. */
export const whenMended: Branch = {
  words: "with `--fix`",
  holds: (line) => given(line, "fix") && !given(line, "number"),
};

/** Regions that the account is asked for. */
export const inAllRegions: Branch = { words: "in all regions", holds: (line) => wantsAllRegions(line) };

/** For zips above 50 MB; a bucket in the configuration says it too. */
export const whenBucketNamed: Branch = {
  words: "with `--bucket`",
  holds: (line) => bucketOf(line) !== undefined && changes(line),
};

/** Of versions. */
export const whenUsesAreShown: Branch = { words: "with `--used-by`", holds: (line) => given(line, "usedBy") };

/** Where the command finds the only function of a region. */
export const unlessFunctionNamed: Branch = {
  words: "where no function is named",
  holds: (line) => functionNames(line).includes("*"),
};

/** A role that was named is looked up; an ARN is not. */
export const whenRoleNamed: Branch = {
  words: "where `--role` is no ARN",
  holds: (line) => !textOption(line, "role")?.startsWith("arn:"),
};

/** Of update-function: its role, with nothing said of it left alone. */
export const whenRoleChanged: Branch = { words: "with `--role`", holds: (line) => given(line, "role") };

/** The same, looked up. */
export const whenRoleChangedByName: Branch = {
  words: "with `--role NAME`",
  holds: (line) => given(line, "role") && whenRoleNamed.holds(line),
};

const settings = ["runtime", "handler", "memory", "timeout", "env", "role", "logFormat", "logLevel", "systemLogLevel"];

/** Of update-function. */
export const whenSettingsChanged: Branch = {
  words: "for settings",
  holds: (line) => given(line, ...settings) || !whenCodeChanged.holds(line) || saysNothing(line),
};

/** Of update-function: without a word of settings, it is the code that is meant. */
export const whenCodeChanged: Branch = {
  words: "for code",
  holds: (line) => given(line, "zip", "source", "arch") || !given(line, ...settings),
};

/** Of create-role: the project's statements, or a file. */
export const whenPolicyWritten: Branch = {
  words: "with `--policy` or `attach.statements`",
  holds: (line) => given(line, "policy") || line.project.attach.statements.length > 0,
};

/** Of create-function. */
export const whenLayered: Branch = { words: "with `--layer`", holds: (line) => layerWords(line).length > 0 };

/** The newest version is looked for. */
export const whenNewestLayer: Branch = {
  words: "for the newest version",
  holds: (line) => layerWords(line).some((word) => word.includes("*") || parseLayerWord(word).version === undefined),
};

/** A secret that is new can only be named. */
export const unlessArn: Branch = {
  words: "where it is new",
  holds: ({ args }) => !String(args[0]).startsWith("arn:"),
};

/** Whether the regions are all that the account has. */
export function wantsAllRegions(line: CommandLine): boolean {
  return regionsSaid(line)?.includes("all") ?? false;
}

/** The regions that are said somewhere; undefined where it is the target's own. */
export function regionsSaid(line: CommandLine): readonly string[] | undefined {
  const { env, globals, project } = line;
  const list = listOption(line, "regions") ?? env.LAMBDA_EXT_REGIONS?.split(",").map((word) => word.trim());
  if (given(line, "allRegions")) return ["all"];
  if (line.command === "mirror") return listOption(line, "toRegion") ?? ["all"];
  if (list) return list;
  return project.publish.regions.length > 0 && globals.region === undefined ? project.publish.regions : undefined;
}

function saysNothing({ options, args }: CommandLine): boolean {
  return Object.keys(options).length === 0 && args.every((arg) => arg === undefined);
}

function sharingFlags(line: CommandLine): boolean {
  return given(line, "public", "account", "org", "private");
}

/** With whom the project's own layers are shared says nothing of copies of somebody's. */
function configured({ command, project }: CommandLine): CommandLine["project"]["publish"]["sharing"] {
  return command === "mirror" ? undefined : project.publish.sharing;
}

function grants(line: CommandLine): boolean {
  const sharing = configured(line);
  return sharing !== undefined && (sharing.public || sharing.accounts.length + sharing.organizations.length > 0);
}

/** verify only compares without --fix, publish only plans with --dry-run. */
function changes(line: CommandLine): boolean {
  return line.command === "verify" ? given(line, "fix") : !given(line, "dryRun");
}
