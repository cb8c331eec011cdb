// publish: one layer version for each architecture in each region, once.
import { resolve } from "node:path";
import { type Command, Option } from "@commander-js/extra-typings";
import type { Architecture } from "../../model/architecture.ts";
import { usageError } from "../../model/errors.ts";
import type { Project } from "../../project/project.ts";
import { layerNameFor } from "../../publish/layer-name.ts";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import type { LayerPlan } from "../../publish/plan/actions.ts";
import { planPublish } from "../../publish/plan/plan.ts";
import { chooseRegions } from "../../publish/regions.ts";
import { fills, wantedLayers } from "../../publish/wish.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { archOption, collectList, sizeOption } from "../options.ts";
import { placeholderLayer } from "../placeholder-layer.ts";
import { planResult, publishResult } from "../publish-result.ts";
import { agreeToShare, readSharing } from "../publish-sharing.ts";
import { connectProject, openProject } from "../remote.ts";
import { sameFlags } from "../same-flags.ts";

export const publish = defineCommand({
  name: "publish",
  summary: "publish what was built as layers; what a region has already is left alone",
  examples: [
    "lambda-ext publish",
    "lambda-ext publish --build  # build and publish in one go",
    "lambda-ext publish --regions eu-west-1,us-east-1 --dry-run",
    "lambda-ext publish --regions all --arch arm64",
    "lambda-ext publish --zip layer.zip --layer-name theirs  # a layer that was made elsewhere",
  ],
  configure: (command: Command) =>
    command
      .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
      .addOption(archOption("amd64, arm64 or all (default: what was built)"))
      .option("--build", "build first, also where there is a build already")
      .addOption(sizeOption("with --build: "))
      .option("--zip <file>", "publish this zip instead, as it is: a layer that was made elsewhere")
      .option("--layer-name <name>", "may hold {name} and {arch}")
      .option("--description <text>", "of the layer versions")
      .option("--license <license>", "an SPDX identifier or a URL")
      .option("--compatible-runtimes <runtimes>", "a,b", collectList)
      .option("--out-dir <folder>", "where the build left its manifest (default: dist, beside the configuration)")
      .option("--public", "let every AWS account use the versions")
      .option("--account <ids>", "let these accounts use them: a,b", collectList)
      .option("--org <ids>", "let these organizations use them: a,b", collectList)
      .option("--private", "let nobody else use them; takes away what was granted")
      .addOption(new Option("--align <fill>", "give every region the same number; what fills a gap").choices(fills))
      .option("--dry-run", "show what would be published")
      .option("--force", "publish also what has not changed"),
  run: async (context, options) => {
    const project = await openProject(context);
    if (options.zip !== undefined && (options.build || options.outDir !== undefined)) {
      throw usageError("Both a ready zip and a build were asked for.", {
        code: "TwoSources",
        hint: "Give --zip, or --build and --out-dir.",
      });
    }
    if (options.size !== undefined && !options.build) {
      throw usageError("A size was asked for, but not a build: what was built has the size that it has.", {
        code: "SizeWithoutBuild",
        hint: "Give --build too.",
      });
    }
    if (project.kind === "function" && options.zip === undefined) {
      throw usageError("This project is a function, which is not published as a layer.", {
        code: "NotALayer",
        hint: "Make the function instead: lambda-ext create-function NAME --role ROLE",
      });
    }
    const layer = {
      name: options.layerName ?? project.layer.name,
      description: options.description ?? project.layer.description,
      license: options.license ?? project.layer.license,
      compatibleRuntimes: options.compatibleRuntimes ?? project.layer.compatibleRuntimes,
    };
    // A wrong pattern is told before anything is sent, whatever the name will be.
    layerNameFor(layer.name, (options.zip === undefined ? project.name : undefined) ?? "name", "arm64");
    const sharing = readSharing(options);
    const described = { ...project, layer, size: options.size ?? project.size };
    const given = options.regions ?? listIn(context.env.LAMBDA_EXT_REGIONS);
    const stop = new AbortController();
    // Both at once: reading the archives takes as long as finding the endpoint and loading the SDK.
    const [{ connection, regions }, { archives }, { observeLayers }, { applyPublish }] = await Promise.all([
      connectRegions(context, project, given),
      archivesOf(context, described, { ...options, signal: stop.signal }),
      import("../../publish/observe.ts"),
      import("../../publish/apply/apply.ts"),
    ]).catch((error) => {
      stop.abort();
      throw error;
    });
    const about = { ...layer, runtimes: layer.compatibleRuntimes };
    const wish = { ...about, namePattern: layer.name, force: options.force === true, sharing, align: options.align };
    const wanted = wantedLayers({ archives, regions, namePattern: layer.name });
    const ledger = await openLedger(ledgerFile(context.env, process.platform));
    const sightings = await observeLayers(connection, wanted, { grants: sharing !== undefined, ledger });
    const plan = planPublish(wanted, sightings, wish);
    // What is not sent was checked when it was.
    const sent = archives.filter(({ architecture }) => plan.some((step) => sends(step, architecture)));
    if (sent.length > 0)
      await (await import("../../pipeline.ts")).refuseBroken({ ...context, project: described }, sent);
    if (options.dryRun) return planResult(context, plan);
    await agreeToShare(context, plan);
    const outcomes = await applyPublish(connection, plan, { about, ledger, placeholder: placeholderLayer });
    return publishResult(context, outcomes, sameFlags(context.globals, options));
  },
});

function sends(step: LayerPlan, architecture: Architecture): boolean {
  return step.architecture === architecture && step.actions.some(({ action }) => action === "publish");
}

async function connectRegions(context: CommandContext, project: Project, given: readonly string[] | undefined) {
  const { connection, region } = await connectProject(
    context,
    project,
    given?.find((name) => name !== "all"),
  );
  const { regions, warnings } = chooseRegions(given ?? configured(context, project.publish.regions, region), region);
  for (const warning of warnings) context.progress.warn(warning);
  return { connection, regions };
}

async function archivesOf(
  { cwd, env, progress, signal }: CommandContext,
  project: Project,
  options: {
    readonly zip?: string | undefined;
    readonly arch?: readonly Architecture[] | undefined;
    readonly build?: true | undefined;
    readonly outDir?: string | undefined;
    readonly signal: AbortSignal;
  },
) {
  if (options.zip !== undefined) {
    const { readyArchives } = await import("../ready-zip.ts");
    return { archives: await readyArchives({ file: options.zip, cwd, architectures: options.arch }) };
  }
  const { currentArchives } = await import("../../pipeline.ts");
  return await currentArchives({
    project,
    architectures: options.arch,
    rebuild: options.build,
    outDir: options.outDir === undefined ? "dist" : resolve(cwd, options.outDir),
    env,
    progress,
    signal: AbortSignal.any([signal, options.signal]),
  });
}

/** A region that was named for this command counts more than the configuration's list. */
function configured({ globals }: CommandContext, list: readonly string[], region: string): readonly string[] {
  return list.length > 0 && globals.region === undefined ? list : [region];
}

function listIn(text: string | undefined): readonly string[] | undefined {
  return text ? collectList(text) : undefined;
}
