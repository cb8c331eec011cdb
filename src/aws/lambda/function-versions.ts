// Which versions of functions have which layers, and which aliases lead to them.
import { ListAliasesCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { lambda } from "./client.ts";
import type { FunctionAddress } from "./functions.ts";

/** Lambda gives no more on a page. */
const perPage = 50;

/** A function's `$LATEST`, or one of its published versions, with layers. */
export interface LayeredVersion {
  readonly functionName: string;
  readonly version: string;
  /** ARNs of layer versions; never empty. */
  readonly layers: readonly string[];
}

/** Every version of every function in a region that has layers, `$LATEST` among them, page after page. */
export async function listFunctionsWithLayers(connection: Connection, region: string): Promise<LayeredVersion[]> {
  const purpose = { doing: `list the functions in ${region} with their versions`, region };
  const found: LayeredVersion[] = [];
  let marker: string | undefined;
  do {
    const command = new ListFunctionsCommand({
      FunctionVersion: "ALL",
      MaxItems: perPage,
      ...(marker !== undefined && { Marker: marker }),
    });
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    for (const { FunctionName, Version = "$LATEST", Layers = [] } of required(answer.Functions, purpose)) {
      const layers = Layers.flatMap(({ Arn }) => Arn ?? []);
      if (layers.length > 0) found.push({ functionName: required(FunctionName, purpose), version: Version, layers });
    }
    marker = answer.NextMarker;
  } while (marker);
  return found;
}

/** An alias, with the versions that its invocations go to. */
export interface FunctionAlias {
  readonly name: string;
  /** Two where a part of them goes to a second version. */
  readonly versions: readonly string[];
}

/** The aliases of a function, page after page. */
export async function listAliases(connection: Connection, { region, name }: FunctionAddress): Promise<FunctionAlias[]> {
  const purpose = { doing: `list the aliases of function ${name} in ${region}`, region };
  const aliases: FunctionAlias[] = [];
  let marker: string | undefined;
  do {
    const command = new ListAliasesCommand({
      FunctionName: name,
      MaxItems: perPage,
      ...(marker !== undefined && { Marker: marker }),
    });
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    for (const { Name, FunctionVersion, RoutingConfig } of required(answer.Aliases, purpose)) {
      const also = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
      aliases.push({ name: required(Name, purpose), versions: [required(FunctionVersion, purpose), ...also] });
    }
    marker = answer.NextMarker;
  } while (marker);
  return aliases;
}
