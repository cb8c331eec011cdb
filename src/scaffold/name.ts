// What a project may be called.
import { usageError } from "../model/errors.ts";
import { layerNamePattern, limits } from "../model/limits.ts";

/** The longest suffix that a name gets on its way to a layer. */
const longestSuffix = "-x86_64".length;

/** Names that Windows keeps for devices; Go refuses them in import paths on every system. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * Checks a name that becomes a file under `/opt/extensions`, two layers, a Go module and the prefix of log lines at once.
 * @throws usageError where one of them would refuse it.
 */
export function checkName(name: string): void {
  const longest = limits.layerNameCharacters - longestSuffix;
  const reason =
    name === ""
      ? "A name cannot be empty."
      : name.length > longest
        ? `The name has ${name.length} characters and ${longest} are allowed: the layers' names are longer than it.`
        : !layerNamePattern.test(name) || /^[-_]/.test(name)
          ? `The name ${JSON.stringify(name)} cannot be used for an extension and its layers.`
          : deviceName.test(name)
            ? `The name ${name} belongs to a device on Windows.`
            : undefined;
  if (!reason) return;
  throw usageError(reason, {
    code: "InvalidName",
    hint: "Letters, digits, hyphens and underscores, with a letter or a digit first, e.g. my-extension.",
  });
}
