// Makes a new module's go.mod and go.sum out of those of the templates, so that it builds without a network and is tidy from the start.

/** What the new module is to be. */
interface NewModule {
  readonly module: string;
  /** Paths of the modules that it keeps. */
  readonly modules: readonly string[];
}

/** go.mod as `go mod tidy` writes it: direct requirements first, indirect ones in a block of their own. */
export function moveGoMod(goMod: string, { module, modules }: NewModule): string {
  const goVersion = /^go (\S+)$/m.exec(goMod)?.[1];
  if (!goVersion) throw new Error("the go.mod of the templates names no Go version");
  const requirements = [...goMod.matchAll(/^(?:\t|require )(\S+) (v\S+)( \/\/ indirect)?$/gm)]
    .map(([, path = "", version = "", indirect = ""]) => ({ path, line: `${path} ${version}${indirect}`, indirect }))
    .filter(({ path }) => modules.includes(path));
  const blocks = [requirements.filter(({ indirect }) => !indirect), requirements.filter(({ indirect }) => indirect)]
    .map((block) => block.map(({ line }) => line))
    .filter((block) => block.length > 0)
    .map((block) => (block.length === 1 ? `require ${block[0]}` : `require (\n\t${block.join("\n\t")}\n)`));
  return `${[`module ${module}`, `go ${goVersion}`, ...blocks].join("\n\n")}\n`;
}

/** The lines of go.sum that are about these modules. */
export function trimGoSum(goSum: string, modules: readonly string[]): string {
  return goSum
    .split("\n")
    .filter((line) => modules.includes(line.slice(0, line.indexOf(" "))))
    .map((line) => `${line}\n`)
    .join("");
}
