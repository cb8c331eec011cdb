// Compatible runtimes that AWS would refuse, or that we have not heard of.
import { limits } from "../../model/limits.ts";
import { nearest } from "../../model/nearest.ts";
import { runtimeNamed, runtimes } from "../../model/runtimes.ts";
import type { Found, Rule } from "../subject.ts";

export const declaredRuntimes: Rule = {
  name: "compatible-runtimes",
  find({ compatibleRuntimes }) {
    const found: Found[] = compatibleRuntimes
      .filter((name) => runtimeNamed(name) === undefined)
      .map((name) => unknown(name));
    if (compatibleRuntimes.length <= limits.compatibleRuntimes) return found;
    const message = `is declared for ${compatibleRuntimes.length} runtimes: Lambda takes ${limits.compatibleRuntimes} and refuses the layer`;
    const mend = "Name fewer in layer.compatibleRuntimes: they only filter lists, the layer works in all runtimes.";
    return [...found, { severity: "error", message, mend }];
  },
};

function unknown(name: string): Found {
  const meant = nearest(
    name,
    runtimes.map((runtime) => runtime.name),
  );
  return {
    severity: "warning",
    message: `is declared for ${JSON.stringify(name)}, a runtime that we don't know: Lambda refuses the layer where it does not know it either`,
    mend: meant ? `Did you mean ${meant}?` : "Look at layer.compatibleRuntimes in lambda-ext.jsonc.",
  };
}
