// What each value of the configuration alone allows, but not all together.
import type { Configuration } from "./configuration.ts";

/** Where something is wrong, and what. */
export type Contradiction = readonly [path: (string | number)[], words: string];

/** Everything that does not go together. */
export function contradictions(config: Configuration): Contradiction[] {
  return [...aboutKind(config), ...aboutContents(config), ...aboutBuilder(config), ...aboutVariables(config)];
}

function aboutKind({ kind, build, contents }: Configuration): Contradiction[] {
  if (kind !== "layer" || build?.builder === "command") return [];
  const found: Contradiction[] = [];
  // Its zips have a size all the same.
  if (build && Object.keys(build).join() !== "size")
    found.push([
      ["build"],
      'build has no meaning where kind is "layer" and builder is not "command": such a layer holds contents alone',
    ]);
  if (!contents?.length) found.push([["kind"], 'kind is "layer", but there are no contents to pack']);
  return found;
}

function aboutContents({ contents }: Configuration): Contradiction[] {
  return (contents ?? []).flatMap(({ from, to }, index): Contradiction[] =>
    to === undefined && from.split(/[/\\]/).includes("..")
      ? [[["contents", index, "from"], `contents[${index}] needs "to": ${JSON.stringify(from)} is no path in a zip`]]
      : [],
  );
}

/** Keys that only Go has a use for. */
const goKeys = ["main", "tags", "ldflags"] as const;

function aboutBuilder({ name, kind, build }: Configuration): Contradiction[] {
  if (build?.builder !== "command") {
    return build?.command
      ? [[["build", "command"], 'build.command has no meaning without "builder": "command" beside it']]
      : [];
  }
  const found: Contradiction[] = goKeys
    .filter((key) => build[key] !== undefined)
    .map((key) => [["build", key], `build.${key} has no meaning where builder is "command"`]);
  if (!build.command) {
    found.push([["build", "builder"], 'builder is "command", but build lacks the "command", such as ["make"]']);
  }
  if (build.command?.[0] === "") found.push([["build", "command", 0], "build.command[0] must name a program"]);
  if (name === undefined && kind !== "layer") {
    // Lambda knows an extension by its file's name, and nothing but Go's sources could tell it.
    found.push([["build", "builder"], 'builder is "command", and then "name" must say what the program is called']);
  }
  return found;
}

/** What makes the bytes the same everywhere, and lets nothing lie about, is not for the configuration to change. */
const ours = {
  go: ["CGO_ENABLED", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOTMPDIR"],
  command: ["GOOS", "GOARCH", "LAMBDA_EXT_ARCH", "LAMBDA_EXT_GOARCH", "LAMBDA_EXT_NAME", "LAMBDA_EXT_OUT"],
};

function aboutVariables({ build }: Configuration): Contradiction[] {
  return Object.keys(build?.environment ?? {})
    .filter((key) => ours[build?.builder ?? "go"].includes(key))
    .map((key) => [["build", "environment", key], `build.environment.${key} is set by the build itself`]);
}
