// The command line to give again after a publish that failed somewhere.
import type { Globals } from "../globals.ts";

/** What publish was told. */
interface PublishFlags {
  readonly arch?: readonly string[] | undefined;
  readonly layerName?: string | undefined;
  readonly description?: string | undefined;
  readonly license?: string | undefined;
  readonly compatibleRuntimes?: readonly string[] | undefined;
  readonly outDir?: string | undefined;
  readonly force?: true | undefined;
}

/** The flags to give again, but for the regions, as a shell takes them. */
export function sameFlags(globals: Globals, options: PublishFlags): string[] {
  const { arch, layerName, description, license, compatibleRuntimes, outDir, force } = options;
  const flags: [string, string | undefined][] = [
    ["--config", globals.config],
    ["--profile", globals.profile],
    ["--endpoint-url", globals.endpointUrl],
    ["--arch", arch?.length === 1 ? arch[0] : undefined],
    ["--layer-name", layerName],
    ["--description", description],
    ["--license", license],
    ["--compatible-runtimes", compatibleRuntimes?.join(",")],
    ["--out-dir", outDir],
  ];
  const words = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, quote(value)]));
  const switches = [
    ...(globals.local === true ? ["--local"] : globals.local === false ? ["--no-local"] : []),
    ...(force ? ["--force"] : []),
  ];
  return [...words, ...switches];
}

function quote(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
