// Opens the folder in which everything is kept.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";
import { writeAtomically } from "./atomic.ts";
import { Blobs } from "./blobs.ts";
import { Collection } from "./collection.ts";
import type {
  BucketDocument,
  FunctionDocument,
  FunctionVersionDocument,
  LayerVersionDocument,
  MultipartDocument,
  ObjectDocument,
  ParameterDocument,
  PartDocument,
  QueuedEventDocument,
  RoleDocument,
  SecretDocument,
} from "./documents.ts";
import { Locks } from "./locks.ts";
import { LogStore } from "./log-store.ts";
import { ObjectFiles } from "./objects.ts";

/** Raised when what is kept can no longer be read by an older or newer lambda-ext. */
const format = 1;

/** All that is kept. One process at a time writes it. */
export interface Store {
  /** Keys: region, layer name, version. */
  readonly layerVersions: Collection<LayerVersionDocument>;
  /** Keys: region, function name. */
  readonly functions: Collection<FunctionDocument>;
  /** Keys: region, function name, function id, version. */
  readonly functionVersions: Collection<FunctionVersionDocument>;
  /** Keys: id. */
  readonly queuedEvents: Collection<QueuedEventDocument>;
  /** Keys: partition, role name. */
  readonly roles: Collection<RoleDocument>;
  /** Keys: region, name. */
  readonly parameters: Collection<ParameterDocument>;
  /** Keys: region, name. */
  readonly secrets: Collection<SecretDocument>;
  /** Keys: partition, name. */
  readonly buckets: Collection<BucketDocument>;
  /** Keys: partition, bucket, key. */
  readonly objects: Collection<ObjectDocument>;
  /** Keys: id. */
  readonly multiparts: Collection<MultipartDocument>;
  /** Keys: id of the multipart upload, number. */
  readonly parts: Collection<PartDocument>;
  readonly objectFiles: ObjectFiles;
  readonly logs: LogStore;
  readonly blobs: Blobs;
  readonly locks: Locks;
}

/**
 * Opens the store in this folder, made where it is missing, and removes what a process that died left half-written.
 * @throws LambdaExtError where the folder was written by another format of lambda-ext, or a document is damaged.
 */
export async function openStore(folder: string): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await checkFormat(folder);
  const store: Store = {
    layerVersions: new Collection(join(folder, "layer-versions")),
    functions: new Collection(join(folder, "functions")),
    functionVersions: new Collection(join(folder, "function-versions")),
    queuedEvents: new Collection(join(folder, "queued-events")),
    roles: new Collection(join(folder, "roles")),
    parameters: new Collection(join(folder, "parameters")),
    secrets: new Collection(join(folder, "secrets")),
    buckets: new Collection(join(folder, "buckets")),
    objects: new Collection(join(folder, "objects")),
    multiparts: new Collection(join(folder, "multipart-uploads")),
    parts: new Collection(join(folder, "parts")),
    objectFiles: new ObjectFiles(join(folder, "object-files")),
    logs: new LogStore(join(folder, "logs")),
    blobs: new Blobs(join(folder, "blobs")),
    locks: new Locks(),
  };
  await removeOrphans(store);
  return store;
}

async function checkFormat(folder: string): Promise<void> {
  const file = join(folder, "format.json");
  if (!existsSync(file)) return writeAtomically(file, `${JSON.stringify({ format })}\n`);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, "utf8")).format;
  } catch {
    found = undefined;
  }
  if (found === format) return;
  throw toolError(
    `The local target's folder ${folder} was written in another format by another version of lambda-ext.`,
    {
      code: "StoreFormat",
      hint: "Use that version, or start afresh with `lambda-ext local reset`.",
    },
  );
}

/** Versions of functions whose deletion was cut short, and zips that no document names. */
async function removeOrphans(store: Store): Promise<void> {
  const functions = store.functions.list();
  const ids = new Set(functions.map(({ id }) => id));
  for (const key of store.functionVersions.keys()) {
    if (!ids.has(key[2] ?? "")) await store.functionVersions.remove(key);
  }
  store.objectFiles.sweep(new Set([...store.objects.list(), ...store.parts.list()].map(({ file }) => file)));
  const contents = [
    ...functions.map(({ latest }) => latest),
    ...store.functionVersions.list().map(({ content }) => content),
  ];
  store.blobs.sweep(
    new Set([
      ...store.layerVersions.list().map(({ codeSha256 }) => codeSha256),
      ...contents.flatMap(({ codeSha256, layers }) => [codeSha256, ...layers.map((layer) => layer.codeSha256)]),
    ]),
  );
}
