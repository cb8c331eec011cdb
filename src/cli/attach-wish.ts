// What attach and detach are asked for: which functions, which layers, which variables.
import type { FunctionAddress } from "../aws/lambda/functions.ts";
import { functionAddress } from "../functions/address.ts";
import type { AttachWish } from "../functions/attach/apply.ts";
import { parseLayerWord } from "../functions/attach/layer-word.ts";
import { usageError } from "../model/errors.ts";
import type { Project } from "../project/project.ts";
import { projectName } from "./project-name.ts";

/** The flags that both commands take. */
export interface AttachFlags {
  readonly function?: readonly string[] | undefined;
  readonly layer?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Without `--layer` the project's own layer is meant, and with it the variables of the configuration's `attach` section; those come
 * along too where the layer that was named is the project's.
 * @throws usageError
 */
export async function attachWish(project: Project, flags: AttachFlags): Promise<AttachWish> {
  const named = (flags.layer ?? []).map(parseLayerWord);
  if (named.length === 0) {
    const own = parseLayerWord(await ownLayer(project));
    return { layers: [own], variables: { ...project.attach.environment, ...flags.env } };
  }
  const own = project.name === undefined ? undefined : await ownLayer(project);
  const isOwn = named.some(({ name }) => own !== undefined && sameName(name, own));
  return { layers: named, variables: { ...(isOwn && project.attach.environment), ...flags.env } };
}

/**
 * The functions that were named, each once; the configuration's where none was.
 * @throws usageError where there is none either.
 */
export function namedFunctions(project: Project, flags: AttachFlags, region: string): FunctionAddress[] {
  const words = flags.function ?? (project.function === undefined ? [] : [project.function]);
  if (words.length === 0) {
    throw usageError("No function was named.", {
      code: "NoFunctionNamed",
      hint: "Give --function NAME, or put it into the configuration.",
    });
  }
  return [...new Set(words)].map((word) => functionAddress(word, region));
}

async function ownLayer(project: Project): Promise<string> {
  if (project.kind === "function") {
    throw usageError("This project is a function, which has no layer.", {
      code: "NotALayer",
      hint: "Name one: --layer NAME",
    });
  }
  return project.layer.name.replaceAll("{name}", await projectName(project));
}

function sameName(name: string, own: string): boolean {
  return ["x86_64", "arm64", "{arch}"].some((architecture) => own.replaceAll("{arch}", architecture) === name);
}
