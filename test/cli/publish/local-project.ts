// A layer project in a folder of its own, and the local endpoint beside it.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { onTestFinished } from "vitest";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** The layers of its two architectures. */
export const layerNames = ["walk-x86_64", "walk-arm64"];

/** A layer as `publish --json` tells it. */
export interface ToldLayer {
  readonly region: string;
  readonly layerName: string;
  readonly result: string;
  readonly version?: number;
  readonly arn?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** The project. */
export interface LocalProject {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<CliResult>;
  /** Runs `publish --json` and reads its document. */
  publish(
    ...flags: string[]
  ): Promise<CliResult & { readonly layers: readonly ToldLayer[]; readonly summary: Summary }>;
  /** New bytes, built. */
  rebuild(): Promise<void>;
  /** Numbers that a region has of a layer, by AWS's own client. */
  versions(region: string, layer: string): Promise<(number | undefined)[]>;
  /** What points any client of AWS's at the endpoint. */
  variables(): Promise<Record<string, string>>;
}

/** The document's `summary`. */
export interface Summary {
  readonly complete: readonly string[];
  readonly missing: readonly string[];
  readonly allowed: readonly string[];
  readonly finish: readonly string[];
}

/** Makes and builds it; `publish` is that section of its configuration. */
export async function localProject(publish: object = {}): Promise<LocalProject> {
  const root = temporaryFolder();
  const folder = join(root, "project");
  const env = {
    LAMBDA_EXT_LOCAL_DIR: join(root, "local"),
    LAMBDA_EXT_TARGET: "local",
    AWS_REGION: "us-east-1",
    XDG_STATE_HOME: join(root, "state"),
    TMPDIR: root,
  };
  onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
  mkdirSync(folder);
  const configuration = { name: "walk", kind: "layer", contents: [{ from: "data", to: "data" }], publish };
  writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify(configuration));
  const run: LocalProject["run"] = (args, options = {}) => runCli(args, { cwd: folder, env, ...options });
  const succeed = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(args);
    if (code !== 0) throw new Error(`lambda-ext ${args.join(" ")}: ${code}\n${stderr}`);
    return stdout;
  };
  const project: LocalProject = {
    folder,
    env,
    run,
    async publish(...flags) {
      const result = await run(["publish", "--json", ...flags]);
      return { ...result, ...JSON.parse(result.stdout) };
    },
    async rebuild() {
      writeFileSync(join(folder, "data"), randomBytes(20_000));
      await succeed("build");
    },
    async variables() {
      return JSON.parse(await succeed("local", "env", "--json")).variables;
    },
    async versions(region, LayerName) {
      const variables = await project.variables();
      const client = new LambdaClient({
        region,
        endpoint: variables.AWS_ENDPOINT_URL ?? "",
        credentials: {
          accessKeyId: variables.AWS_ACCESS_KEY_ID ?? "",
          secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? "",
        },
      });
      const { LayerVersions } = await client.send(new ListLayerVersionsCommand({ LayerName }));
      return (LayerVersions ?? []).map(({ Version }) => Version);
    },
  };
  await project.rebuild();
  return project;
}

/** How often each result was told. */
export function results(layers: readonly ToldLayer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { result } of layers) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}
