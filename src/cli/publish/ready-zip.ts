// A layer's zip that was made elsewhere: what publish needs to know of it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { SubjectFile } from "../../check/subject.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { LayerArchive } from "../../model/artifact.ts";
import { usageError } from "../../model/errors.ts";

interface ReadyZip {
  /** As it was given. */
  readonly file: string;
  readonly cwd: string;
  /** What `--arch` says; without it, the programs inside do. */
  readonly architectures: readonly Architecture[] | undefined;
}

/**
 * The same zip for each architecture that it is for.
 * @throws LambdaExtError `NoSuchFile`, `InvalidZip`, `UnknownArchitecture` where nothing says what it is for.
 */
export async function readyArchives({ file, cwd, architectures }: ReadyZip): Promise<readonly LayerArchive[]> {
  const zip = resolve(cwd, file);
  const { inspect } = await import("../../check/inspect.ts");
  const { files } = await inspect(zip);
  const bytes = await readFile(zip).catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`${file} cannot be read as a zip: ${cause.message}.`, {
      code: "InvalidZip",
      hint: "Give the layer's zip; a folder becomes one with a configuration of kind layer, and lambda-ext build.",
    });
  });
  const archive = {
    ...({ name: basename(zip).replace(/\.zip$/i, ""), kind: "layer", zip, zipBytes: bytes.length } as const),
    unzippedBytes: files.reduce((sum, { unzippedBytes }) => sum + unzippedBytes, 0),
    codeSha256: createHash("sha256").update(bytes).digest("base64"),
  };
  return (architectures ?? [architectureOf(files, file)]).map((architecture) => ({ ...archive, architecture }));
}

/** That of the programs and libraries inside, where they are all for one. */
function architectureOf(files: readonly SubjectFile[], file: string): Architecture {
  const machines = new Set(files.map(({ content }) => (content?.type === "elf" ? content.elf?.machine : undefined)));
  const known = (["x86_64", "arm64"] as const).filter((architecture) => machines.has(architecture));
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  const why = known.length === 0 ? "holds no program that would tell" : "holds programs for both";
  throw usageError(`${file} does not say which architecture it is for: it ${why}.`, {
    code: "UnknownArchitecture",
    hint: "Add --arch amd64, arm64 or all.",
  });
}
