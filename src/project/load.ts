// Finds the project that a command is about.
import { access } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Configuration } from "./configuration.ts";
import type { Build, ContentEntry, Project } from "./project.ts";

/** The configuration's file name. */
export const configurationName = "lambda-ext.jsonc";

interface Where {
  /** Absolute. */
  readonly cwd: string;
  /** As `--config` gave it; found upwards from `cwd` where absent. */
  readonly configFile?: string | undefined;
}

/**
 * Reads the project: its configuration, or, where there is none, the defaults for the Go module around `cwd`. What is built is found
 * later (`findGoProgram`), so that commands that build nothing need no source.
 * @throws LambdaExtError `ConfigNotFound`, `InvalidConfig`.
 */
export async function loadProject({ cwd, configFile }: Where): Promise<Project> {
  const file = configFile === undefined ? await findUpwards(cwd, configurationName) : resolve(cwd, configFile);
  if (file === undefined) {
    const module = await findUpwards(cwd, "go.mod");
    return fromConfiguration({}, module ? dirname(module) : cwd, undefined);
  }
  const { readConfiguration } = await import("./read-configuration.ts");
  return fromConfiguration(await readConfiguration(file), dirname(file), file);
}

/** The nearest file of this name in a folder or above it. */
export async function findUpwards(folder: string, name: string): Promise<string | undefined> {
  const file = join(folder, name);
  if (await exists(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent, name);
}

/** Whether a folder is a project's own: with a configuration or a go.mod in it. */
export async function isProject(folder: string): Promise<boolean> {
  return (await exists(join(folder, configurationName))) || exists(join(folder, "go.mod"));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function fromConfiguration(config: Configuration, root: string, configFile: string | undefined): Project {
  const kind = config.kind ?? "extension";
  return {
    root,
    configFile,
    name: config.name,
    kind,
    build: kind === "layer" && config.build?.builder !== "command" ? undefined : readBuild(config.build),
    size: config.build?.size ?? "default",
    contents: (config.contents ?? []).map(contentEntry),
    layer: {
      name: config.layer?.name ?? "{name}-{arch}",
      description: config.layer?.description,
      license: config.layer?.license,
      compatibleRuntimes: config.layer?.compatibleRuntimes ?? [],
    },
    publish: readPublish(config.publish),
    attach: {
      environment: config.attach?.environment ?? {},
      statements: config.attach?.statements ?? [],
    },
    function: config.function,
    target: config.target,
    region: config.region,
    profile: config.profile,
  };
}

function readPublish(publish: Configuration["publish"] = {}): Project["publish"] {
  const { regions = [], sharing, align, bucket, allowFail = [], minRegions, regionTimeout } = publish;
  const { public: everybody = false, accounts = [], organizations = [] } = sharing ?? {};
  return {
    regions,
    sharing: sharing && { public: everybody, accounts, organizations },
    align,
    bucket,
    allowFail,
    minRegions,
    regionTimeout,
  };
}

function readBuild(build: Configuration["build"]): Build {
  if (build?.builder === "command") {
    return { builder: "command", command: build.command ?? [], environment: build.environment ?? {} };
  }
  return {
    builder: "go",
    main: build?.main,
    tags: build?.tags ?? [],
    ldflags: build?.ldflags ?? "",
    environment: build?.environment ?? {},
  };
}

function contentEntry({
  from,
  to = from,
  mode = "0644",
}: NonNullable<Configuration["contents"]>[number]): ContentEntry {
  const path = to.replaceAll("\\", "/");
  return {
    from,
    to: path.endsWith("/") && !from.endsWith("/") ? path + basename(from) : path,
    mode: Number.parseInt(mode, 8),
  };
}
