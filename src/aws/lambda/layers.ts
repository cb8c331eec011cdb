// Layer versions: the newest one, any one, a new one.
import {
  type Architecture as AwsArchitecture,
  GetLayerVersionCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import type { Architecture } from "../../model/architecture.ts";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { type Purpose, unreadableAnswer } from "../errors.ts";
import { countSent, type SentBytes } from "../sent-bytes.ts";
import { lambda, lambdaOnce } from "./client.ts";
import { publishBody, sendBody } from "./publish-body.ts";

/** A layer version as lists tell it: without its hash. */
export interface ListedLayerVersion {
  readonly arn: string;
  readonly version: number;
  /** Empty where none were named when it was published: then it passes for all. */
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string;
  /** As AWS writes it, `2026-11-21T10:00:00.000+0000`; empty where it was not told. */
  readonly created: string;
}

/** A layer version. */
export interface LayerVersion extends ListedLayerVersion {
  /** Base64 of the zip's SHA-256. */
  readonly codeSha256: string;
  /** Of the zip. */
  readonly codeBytes: number;
  readonly license: string;
}

/** Which layer: `layer` is its name, or its ARN where it is another account's. */
export interface LayerAddress {
  readonly region: string;
  readonly layer: string;
}

/**
 * The newest version of a layer, of those for one architecture where one is named; undefined where there is none.
 * One request as a rule: asking for all versions would page through every one that was ever published.
 */
export async function newestLayerVersion(
  connection: Connection,
  address: LayerAddress & { readonly architecture?: Architecture | undefined },
): Promise<ListedLayerVersion | undefined> {
  const { region, layer, architecture } = address;
  const purpose = { doing: `list the versions of layer ${layer} in ${region}`, region };
  let marker: string | undefined;
  do {
    const command = new ListLayerVersionsCommand({
      LayerName: layer,
      // A filter may leave a page empty although a later one is not, so the pages after the first are large.
      MaxItems: marker === undefined ? 1 : 50,
      ...(architecture && { CompatibleArchitecture: architecture }),
      ...(marker !== undefined && { Marker: marker }),
    });
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    const listed = required(answer.LayerVersions, purpose).map((entry) => listedVersion(entry, purpose));
    const found = listed.find((version) => architecture === undefined || version.architectures.includes(architecture));
    if (found) return found;
    marker = answer.NextMarker;
  } while (marker);
  return undefined;
}

/** One version of a layer. */
export async function getLayerVersion(
  connection: Connection,
  address: LayerAddress & { readonly version: number },
): Promise<LayerVersion> {
  const { region, layer, version } = address;
  const purpose = { doing: `read version ${version} of layer ${layer} in ${region}`, region };
  const command = new GetLayerVersionCommand({ LayerName: layer, VersionNumber: version });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  return layerVersion(answer, purpose);
}

/** A zip as a request names it: its bytes, or where it lies in S3, in the layer's own region. */
export type LayerContent =
  | { readonly zip: Uint8Array }
  | { readonly bucket: string; readonly key: string; readonly objectVersion: string | undefined };

/** What a new layer version is made of. */
export interface LayerVersionInput extends LayerAddress {
  readonly content: LayerContent;
  /** None are named where it is empty. */
  readonly architectures: readonly Architecture[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}

/**
 * Publishes a layer version. Every call makes another one, so it is sent once: what a lost answer means, the caller finds out.
 * @param sent told how much of the request has been sent, where it carries the bytes.
 */
export async function publishLayerVersion(
  connection: Connection,
  input: LayerVersionInput,
  sent?: SentBytes,
): Promise<LayerVersion> {
  const { region, layer, content } = input;
  const purpose = { doing: `publish layer ${layer} in ${region}`, region };
  const fields = {
    ...(input.architectures.length > 0 && { CompatibleArchitectures: input.architectures as AwsArchitecture[] }),
    ...(input.runtimes.length > 0 && { CompatibleRuntimes: input.runtimes as Runtime[] }),
    ...(input.description !== undefined && { Description: input.description }),
    ...(input.license !== undefined && { LicenseInfo: input.license }),
  };
  const command = new PublishLayerVersionCommand({
    LayerName: layer,
    // A zip stands in the body that is prepared.
    Content:
      "zip" in content
        ? {}
        : {
            S3Bucket: content.bucket,
            S3Key: content.key,
            ...(content.objectVersion !== undefined && { S3ObjectVersion: content.objectVersion }),
          },
    ...fields,
  });
  if ("zip" in content) sendBody(command, publishBody(content.zip, fields));
  if (sent && "zip" in content) countSent(command, sent);
  const answer = await call(connection, purpose, (options) => lambdaOnce(connection, region).send(command, options));
  return layerVersion(answer, purpose);
}

interface ListedShape {
  readonly LayerVersionArn?: string | undefined;
  readonly Version?: number | undefined;
  readonly CompatibleArchitectures?: readonly string[] | undefined;
  readonly CompatibleRuntimes?: readonly string[] | undefined;
  readonly Description?: string | undefined;
  readonly CreatedDate?: string | undefined;
}

/** A version as answers tell it. */
export interface VersionShape extends ListedShape {
  readonly Content?: { readonly CodeSha256?: string | undefined; readonly CodeSize?: number | undefined } | undefined;
  readonly LicenseInfo?: string | undefined;
}

/** From Lambda's service model, with AWS's own layers, which have neither region nor account. */
const layerVersionArn = /^arn:[a-z-]+:lambda:([a-z0-9-]*):(?:\d{12})?:(?:aws)?layer:[A-Za-z0-9_-]+(?::(\d+))?$/;

/**
 * Reads an entry of a list. ARNs go into Terraform, scripts and READMEs as they are, so one that is none is taken from nobody.
 * @throws LambdaExtError `UnreadableAnswer`
 */
export function listedVersion(shape: ListedShape, purpose: Purpose): ListedLayerVersion {
  const arn = required(shape.LayerVersionArn, purpose);
  const version = required(shape.Version, purpose);
  const [whole, region, number = `${version}`] = layerVersionArn.exec(arn) ?? [];
  const isOne = whole !== undefined && number === `${version}` && (region === "" || region === purpose.region);
  if (!isOne) throw unreadableAnswer(purpose);
  return {
    arn,
    version,
    architectures: shape.CompatibleArchitectures ?? [],
    runtimes: shape.CompatibleRuntimes ?? [],
    description: shape.Description ?? "",
    created: shape.CreatedDate ?? "",
  };
}

/** Reads one. */
export function layerVersion(shape: VersionShape, purpose: Purpose): LayerVersion {
  return {
    ...listedVersion(shape, purpose),
    codeSha256: required(shape.Content?.CodeSha256, purpose),
    codeBytes: shape.Content?.CodeSize ?? 0,
    license: shape.LicenseInfo ?? "",
  };
}
