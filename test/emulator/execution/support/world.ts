// A world for execution tests: a host that remembers what it was told, zips made on the spot, functions with unique revisions.
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExecutor, type ExecutorOptions } from "../../../../src/emulator/environment/executor.ts";
import type {
  ExecutionHost,
  Executor,
  FunctionSnapshot,
  InvokeRequest,
  InvokeResult,
  LayerSource,
} from "../../../../src/emulator/execution.ts";
import type { ZipEntry } from "../../../../src/layer/zip/entry.ts";
import { writeZip } from "../../../../src/layer/zip/write.ts";

/** A file for a zip: its content, 0755 unless said otherwise. */
export interface FixtureFile {
  readonly path: string;
  readonly content: Buffer | string;
  readonly mode?: number;
}

/** What a test works with. */
export interface World {
  readonly folder: string;
  readonly host: ExecutionHost;
  readonly executor: Executor;
  readonly warnings: string[];
  readonly revoked: string[];
  /** Everything that was logged, by stream. */
  readonly streams: Map<string, string[]>;
  /** All streams' text, in the order of writing. */
  log(): string;
  zip(files: readonly FixtureFile[]): Promise<LayerSource>;
  define(changes: Partial<FunctionSnapshot> & Pick<FunctionSnapshot, "code">): FunctionSnapshot;
  invoke(snapshot: FunctionSnapshot, payload: unknown, more?: Partial<InvokeRequest>): Promise<InvokeResult>;
  close(): Promise<void>;
}

interface WorldOptions extends Partial<ExecutorOptions> {
  /** Nobody is there without. */
  readonly endpointUrl?: string;
}

/** Opens a world with an executor. */
export async function openWorld({ endpointUrl = "http://127.0.0.1:1", ...options }: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "lambda-ext-execution-"));
  const warnings: string[] = [];
  const revoked: string[] = [];
  const streams = new Map<string, string[]>();
  const written: string[] = [];
  let zips = 0;
  const host: ExecutionHost = {
    endpointUrl,
    workDirectory: join(folder, "work"),
    issueCredentials(_roleArn, sessionName) {
      const accessKeyId = `ASIA${randomUUID()}`;
      return {
        credentials: { accessKeyId, secretAccessKey: "secret", sessionToken: `token of ${sessionName}` },
        revoke: () => void revoked.push(accessKeyId),
      };
    },
    appendLogs(_region, _group, stream, lines) {
      const messages = lines.map(({ message }) => message);
      streams.set(stream, [...(streams.get(stream) ?? []), ...messages]);
      written.push(...messages);
    },
    warn: (message) => void warnings.push(message),
  };
  const executor = await createExecutor(host, { isolation: "auto", env: process.env, ...options });
  const known = new Map<string, Promise<LayerSource>>();
  const zip = (files: readonly FixtureFile[]): Promise<LayerSource> => {
    // Compressing a Go program takes a second.
    const hash = createHash("sha256");
    for (const { path, content, mode } of files) hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
    const key = hash.digest("hex");
    const made = known.get(key) ?? makeZip(files);
    known.set(key, made);
    return made;
  };
  const makeZip = async (files: readonly FixtureFile[]): Promise<LayerSource> => {
    const file = join(folder, `${zips++}.zip`);
    const entries = files.map(
      ({ path, content, mode = 0o755 }): ZipEntry => ({
        ...{ kind: "file", path, mode },
        content: typeof content === "string" ? Buffer.from(content) : content,
      }),
    );
    const { codeSha256 } = await writeZip(entries, file);
    return { arn: `arn:aws:lambda:us-east-1:000000000000:layer:fixture:${zips}`, zip: file, codeSha256 };
  };
  return {
    ...{ folder, host, executor, warnings, revoked, streams, zip },
    log: () => written.join(""),
    define(changes) {
      const functionName = changes.functionName ?? "fixture";
      return {
        ...{ functionName, version: "$LATEST", region: "us-east-1", accountId: "000000000000" },
        functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
        ...{ runtime: "provided.al2023", handler: "index.handler" },
        architecture: process.arch === "arm64" ? "arm64" : "x86_64",
        ...{ memorySize: 512, timeout: 10, ephemeralStorage: 512, environment: {}, layers: [] },
        ...{ roleArn: "arn:aws:iam::000000000000:role/fixture", logGroup: `/aws/lambda/${functionName}` },
        revisionId: randomUUID(),
        ...changes,
      };
    },
    invoke(snapshot, payload, more = {}) {
      const request = { requestId: randomUUID(), invokedFunctionArn: snapshot.functionArn, ...more };
      return executor.invoke(snapshot, { payload: Buffer.from(JSON.stringify(payload)), ...request });
    },
    async close() {
      await executor.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
