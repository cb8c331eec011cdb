// check: what would break in Lambda, told before it gets there.
import { dirname, relative, resolve, sep } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { ChalkInstance } from "chalk";
import type { CheckRequest } from "../../check/check.ts";
import type { Finding } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import type { Project } from "../../project/project.ts";
import { type CommandContext, defineCommand } from "../command.ts";

export const check = defineCommand({
  name: "check",
  summary: "find what would break in Lambda before it gets there",
  examples: [
    "lambda-ext check                       # what the last build made; builds where there is none",
    "lambda-ext check layer.zip             # any zip",
    "lambda-ext check ./opt                 # a folder, as if it were packed",
    "lambda-ext check --json | jq .findings",
  ],
  configure: (command: Command) =>
    command
      .argument("[paths...]", "zips and folders (default: the project's own archives)")
      .option("--out-dir <folder>", "where the project's zips are (default: dist, beside the configuration)"),
  async run(context, { outDir }, paths) {
    const [{ loadProject }, { checkArchive, isError }] = await Promise.all([
      import("../../project/load.ts"),
      import("../../check/check.ts"),
    ]);
    const { cwd, globals } = context;
    const project = await loadProject({ cwd, configFile: globals.config });
    const folder = outDir === undefined ? "dist" : resolve(cwd, outDir);
    const requests =
      paths.length === 0 ? await ownArchives(context, project, folder) : await given(context, project, paths);
    const findings: Finding[] = [];
    // One after the other: each is held in memory while it is looked at.
    for (const request of requests) {
      context.signal.throwIfAborted();
      findings.push(...(await checkArchive(request)));
    }
    const names = requests.map(({ archive }) => archive);
    return {
      document: { schemaVersion: 1, findings },
      text: show({ archives: names, findings, colors: context.colors }),
      exitCode: findings.some(isError) ? 1 : 0,
    };
  },
});

async function ownArchives(context: CommandContext, project: Project, outDir: string): Promise<CheckRequest[]> {
  const { cwd, env, progress, signal } = context;
  const [{ checkRequestFor }, { currentArchives }] = await Promise.all([
    import("../../check-request.ts"),
    import("../../pipeline.ts"),
  ]);
  const { archives } = await currentArchives({ project, outDir, env, progress, signal });
  return archives.map((archive) => checkRequestFor(project, archive, relative(cwd, archive.zip)));
}

/** What a manifest beside a zip says of it is taken; of others only what the project's configuration says, for what lies in the project. */
async function given(context: CommandContext, project: Project, paths: readonly string[]): Promise<CheckRequest[]> {
  const { cwd } = context;
  const [{ checkRequestFor }, { archivesOf, readManifest }, { isProject, loadProject }] = await Promise.all([
    import("../../check-request.ts"),
    import("../../layer/manifest.ts"),
    import("../../project/load.ts"),
  ]);
  const requests = paths.map(async (archive): Promise<CheckRequest[]> => {
    const path = resolve(cwd, archive);
    if (await isProject(path)) return ownArchives(context, await loadProject({ cwd: path }), "dist");
    const own = await readManifest(path).catch(() => undefined);
    if (own) return archivesOf(own, path).map((each) => checkRequestFor(project, each, relative(cwd, each.zip)));
    const beside = await readManifest(dirname(path)).catch(() => undefined);
    const listed = beside && archivesOf(beside, dirname(path)).find(({ zip }) => zip === path);
    if (listed) return [checkRequestFor(project, listed, archive)];
    const inProject = project.configFile !== undefined && path.startsWith(project.root + sep);
    const compatibleRuntimes = inProject ? project.layer.compatibleRuntimes : [];
    return [{ archive, path, kind: undefined, architecture: undefined, compatibleRuntimes }];
  });
  return (await Promise.all(requests)).flat();
}

/** As many findings of one rule about one archive are told to a person; `--json` has them all. */
const mostOfOneRule = 10;

interface Shown {
  readonly archives: readonly string[];
  readonly findings: readonly Finding[];
  readonly colors: ChalkInstance;
}

function show({ archives, findings, colors }: Shown): string {
  return archives
    .map((archive) => {
      const found = findings.filter((finding) => finding.archive === archive);
      if (found.length === 0) return `${colors.green("✓")} ${archive}: nothing found`;
      const kinds = new Set(found.map(kindOf));
      const groups = [...kinds].map((kind) => found.filter((finding) => kindOf(finding) === kind));
      return [colors.bold(archive), ...groups.flatMap((group) => showGroup(group, colors))].join("\n");
    })
    .join("\n");
}

function kindOf({ rule, severity }: Finding): string {
  return `${rule} ${severity}`;
}

function showGroup(group: readonly Finding[], colors: ChalkInstance): string[] {
  const shown = group.slice(0, mostOfOneRule).flatMap((finding) => showFinding(finding, colors));
  const more = group.length - mostOfOneRule;
  if (more <= 0) return shown;
  return [...shown, `    … and ${more} more of this kind. ${colors.dim(`[${group[0]?.rule}]`)} --json tells them all.`];
}

function showFinding(finding: Finding, colors: ChalkInstance): string[] {
  const { severity, file, message, mend, rule } = finding;
  const mark = severity === "error" ? colors.red("✗") : colors.yellow("!");
  const subject = file === undefined ? "It" : printable(file) || '""';
  return [`  ${mark} ${subject} ${printable(message)}. ${colors.dim(`[${rule}]`)}`, `    ${printable(mend)}`];
}
