// A layer's name, description and licence, as AWS takes them.
import { layerNamePattern, limits } from "../../model/limits.ts";
import type { Found, Rule } from "../subject.ts";

export const layerSettings: Rule = {
  name: "layer-settings",
  find({ layer }) {
    if (!layer) return [];
    const { name, description = "", license = "" } = layer;
    const found: Found[] = [];
    const refuse = (message: string, mend: string) =>
      found.push({ severity: "error", message: `${message}: Lambda refuses it`, mend });
    if (!layerNamePattern.test(name)) {
      refuse(
        `would be the layer ${JSON.stringify(name)}, whose name holds more than letters, digits, - and _`,
        "Set another layer.name (or name) in lambda-ext.jsonc.",
      );
    }
    if (name.length > limits.layerNameCharacters) {
      refuse(
        `would be a layer whose name has ${name.length} characters; ${limits.layerNameCharacters} are allowed`,
        "Set a shorter layer.name in lambda-ext.jsonc.",
      );
    }
    if (description.length > limits.descriptionCharacters) {
      refuse(
        `has a description of ${description.length} characters; ${limits.descriptionCharacters} are allowed`,
        "Shorten layer.description.",
      );
    }
    if (license.length > limits.licenseCharacters) {
      refuse(
        `has a licence text of ${license.length} characters; ${limits.licenseCharacters} are allowed`,
        "Put an SPDX identifier or a URL into layer.license.",
      );
    }
    return found;
  },
};
