// What a project may be called.
import { usageError } from "../model/errors.ts";
import { layerNamePattern, limits } from "../model/limits.ts";

/** The longest suffix that a name gets on its way to a layer. */
const longestSuffix = "-x86_64".length;

/** Names that Windows keeps for devices; Go refuses them in import paths on every system. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** Why a name cannot become a file under `/opt/extensions`, two layers, a Go module and the prefix of log lines at once; undefined where it can. */
export function wrongName(name: string): string | undefined {
  const longest = limits.layerNameCharacters - longestSuffix;
  if (name === "") return "A name cannot be empty.";
  if (name.length > longest) {
    return `The name has ${name.length} characters and ${longest} are allowed: the layers' names are longer than it.`;
  }
  if (!layerNamePattern.test(name) || /^[-_]/.test(name)) {
    return `The name ${JSON.stringify(name)} cannot be used for an extension and its layers.`;
  }
  return deviceName.test(name) ? `The name ${name} belongs to a device on Windows.` : undefined;
}

/**
 * Checks a name.
 * @throws usageError `InvalidName`.
 */
export function checkName(name: string): void {
  const reason = wrongName(name);
  if (!reason) return;
  throw usageError(reason, { code: "InvalidName", hint: nameHint });
}

/** What names are like. */
export const nameHint = "Letters, digits, hyphens and underscores, with a letter or a digit first, e.g. my-extension.";
