// Who uses layer versions: versions of functions, and the aliases that lead to these.
import type { Connection } from "../../aws/connection.ts";
import { isRefusal } from "../../aws/errors.ts";
import { listAliases, listFunctionsWithLayers } from "../../aws/lambda/function-versions.ts";
import type { Turns } from "./turns.ts";

/** A version of a function that has a layer version. */
export interface FunctionUse {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Names of aliases that lead to it; absent where nobody asked. */
  readonly aliases?: readonly string[] | undefined;
}

/** ARN of a layer version → who uses it, by name, `$LATEST` first. */
export type LayerUses = ReadonlyMap<string, readonly FunctionUse[]>;

/** How to look. */
export interface UseOptions {
  readonly region: string;
  readonly turns: Turns;
  /** ARNs of layers, without a version. */
  readonly layers: ReadonlySet<string>;
  /** Whether to ask for aliases, too: one call for each function that uses one of the layers. */
  readonly aliases: boolean;
}

/** Looks at every version of every function in a region: Lambda does not tell who has a layer. */
export async function findUses(connection: Connection, options: UseOptions): Promise<LayerUses> {
  const { region, turns, layers } = options;
  const listed = await turns(region, () => listFunctionsWithLayers(connection, region));
  const uses = new Map<string, FunctionUse[]>();
  for (const { functionName, version, layers: attached } of listed) {
    for (const arn of attached) {
      if (!layers.has(arn.slice(0, arn.lastIndexOf(":")))) continue;
      const users = uses.get(arn) ?? [];
      users.push({ functionName, version });
      uses.set(arn, users);
    }
  }
  for (const users of uses.values()) users.sort(byName);
  return options.aliases ? await withAliases(connection, uses, options) : uses;
}

async function withAliases(connection: Connection, uses: LayerUses, { region, turns }: UseOptions): Promise<LayerUses> {
  const names = new Set([...uses.values()].flat().map(({ functionName }) => functionName));
  const aliases = new Map(
    await Promise.all(
      [...names].map(async (name) => [name, await turns(region, () => aliasesOf(connection, region, name))] as const),
    ),
  );
  const named = (use: FunctionUse): FunctionUse => {
    const leading = (aliases.get(use.functionName) ?? []).filter(({ versions }) => versions.includes(use.version));
    return { ...use, aliases: leading.map(({ name }) => name) };
  };
  return new Map([...uses].map(([arn, users]) => [arn, users.map(named)]));
}

async function aliasesOf(connection: Connection, region: string, name: string) {
  try {
    return await listAliases(connection, { region, name });
  } catch (error) {
    // Deleted since it was listed.
    if (isRefusal(error, "ResourceNotFoundException")) return [];
    throw error;
  }
}

function byName(a: FunctionUse, b: FunctionUse): number {
  if (a.functionName !== b.functionName) return a.functionName < b.functionName ? -1 : 1;
  // `$LATEST` is no number.
  return (Number(a.version) || 0) - (Number(b.version) || 0);
}
