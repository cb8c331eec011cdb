// Decides which Go program a project is, and what its file is to be called.
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { usageError } from "../../model/errors.ts";
import { configurationName } from "../load.ts";
import { usableName } from "../name.ts";
import type { GoBuild, Project } from "../project.ts";
import { type GoModule, moduleAround, modulesBelow } from "./module.ts";
import { findOwnName } from "./own-name.ts";
import { findMainPackages, isMainPackage, relativeFolder } from "./packages.ts";

/** What `go build` is to be called for. */
export interface GoProgram {
  readonly module: GoModule;
  /** The main package for the command line, relative to the module: `.` or `./cmd/x`. */
  readonly package: string;
  /** The project's name: the extension's file, the zips, `{name}` in the layer's name. */
  readonly name: string;
  /** The constant under which the program registers itself, where its source shows one. */
  readonly ownName: string | undefined;
}

/**
 * Finds the program of a project.
 * @throws LambdaExtError `NoGoModule`, `NoMainPackage`, `SeveralMainPackages`.
 */
export async function findGoProgram(project: Project, build: GoBuild): Promise<GoProgram> {
  const folder = build.main === undefined ? await detect(project, build) : await named(project, build, build.main);
  const module = await moduleAround(folder);
  if (!module) throw noModule(project);
  const place = relativeFolder(module.root, folder);
  const ownName = project.kind === "extension" ? await findOwnName(module, folder, build.tags) : undefined;
  return {
    module,
    package: place === "." ? "." : `./${place}`,
    name: project.name ?? usableName(ownName) ?? nameByPlace(module, place),
    ownName,
  };
}

async function named(project: Project, build: GoBuild, main: string): Promise<string> {
  const folder = resolve(project.root, main);
  const found = await stat(folder).catch(() => undefined);
  const wrong = !found
    ? "does not exist"
    : !found.isDirectory()
      ? "is a file, not a folder"
      : (await isMainPackage(folder, build.tags))
        ? undefined
        : "holds no main package";
  if (wrong === undefined) return folder;
  throw usageError(`The configuration's build.main, ${JSON.stringify(main)}, ${wrong}.`, {
    code: "NoMainPackage",
    hint: `It is the folder of a Go program's main package, relative to ${project.root}.`,
  });
}

async function detect(project: Project, build: GoBuild): Promise<string> {
  const around = await moduleAround(project.root);
  const here = around ? await findMainPackages(project.root, build.tags) : [];
  const modules = here.length > 0 ? [] : await modulesBelow(project.root);
  const below = await Promise.all(modules.map((module) => findMainPackages(module.root, build.tags)));
  const found = [...here, ...below.flat()];
  const [only, ...more] = found;
  if (only === undefined) throw around || modules.length > 0 ? noMain(around?.root ?? project.root) : noModule(project);
  if (more.length === 0) return only;
  const places = found.map((folder) => relativeFolder(project.root, folder));
  throw usageError(`${project.root} holds ${found.length} main packages: ${places.join(", ")}.`, {
    code: "SeveralMainPackages",
    hint: `Say which one to build, in ${join(project.root, configurationName)}: { "build": { "main": ${JSON.stringify(places[0])} } }`,
  });
}

function noModule(project: Project): Error {
  return usageError(`There is no Go module in ${project.root}: no go.mod in it, above it or below it.`, {
    code: "NoGoModule",
    hint: 'Run it in your project, make a project with `lambda-ext init`, or begin a module with `go mod init`. For files alone, set "kind": "layer".',
  });
}

function noMain(root: string): Error {
  return usageError(`The Go module in ${root} has no main package that is built for Linux.`, {
    code: "NoMainPackage",
    hint: "A program needs a folder with `package main` and `func main()`. One that lies elsewhere is named by build.main in lambda-ext.jsonc.",
  });
}

/** Folders whose names say nothing about what is in them. */
const nondescript = new Set(["src", "cmd", "main", "app"]);

/** The last telling element of the package's path, as Go itself names a program; `v2` and the like tell nothing. */
function nameByPlace(module: GoModule, place: string): string {
  const elements = [...module.path.split("/"), ...place.split("/")].filter((element) => element !== ".");
  const telling = elements.filter((element) => !/^v\d+$/.test(element) && !nondescript.has(element));
  // A module called `main` in a folder with a better name.
  const name = telling.at(-1) ?? basename(module.root);
  return usableName(name.replace(/\.v\d+$/, "")) ?? "extension";
}
