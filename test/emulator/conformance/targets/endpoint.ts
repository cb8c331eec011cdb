// Our own endpoint as a target: functions are created, invoked and deleted over HTTP, as any client of AWS does it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createExecutor } from "../../../../src/emulator/environment/executor.ts";
import { type Emulator, startEmulator } from "../../../../src/emulator/server.ts";
import { packZip } from "../../../../src/layer/zip/write.ts";
import { type RawRequest, sendSigned } from "../../control/raw.ts";
import { lambdaTrust } from "../../control/support.ts";
import type { Scene } from "../row.ts";
import { actorFiles, codeFiles, type Files, layerFiles } from "./files.ts";
import type { Target } from "./target.ts";

const role = "conformance";

/** Opens the target at an isolation level. */
export async function openEndpointTarget(isolation: "bwrap" | "namespace" | "none"): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), "lambda-ext-conformance-"));
  const actor = await actorFiles();
  const endpoints = new Map<string, Promise<Endpoint>>();
  /** Scenes that want the same of the endpoint share one. */
  const endpointFor = ({ init, awake }: Scene) => {
    const key = `${init ?? ""}-${awake ?? ""}`;
    const options = { directory: join(directory, key), isolation, freeze: !awake, init, actor };
    const endpoint = endpoints.get(key) ?? startEndpoint(options);
    endpoints.set(key, endpoint);
    return endpoint;
  };
  return {
    name: isolation,
    open: async (scene) => (await endpointFor(scene)).open(scene),
    async close() {
      await Promise.all([...endpoints.values()].map(async (endpoint) => (await endpoint).close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface EndpointOptions {
  readonly directory: string;
  readonly isolation: "bwrap" | "namespace" | "none";
  readonly freeze: boolean;
  readonly init: number | undefined;
  readonly actor: Files;
}

type Endpoint = Pick<Target, "open" | "close">;

async function startEndpoint({ directory, isolation, freeze, init, actor }: EndpointOptions): Promise<Endpoint> {
  const { env } = process;
  const logs = new Map<string, string>();
  const warned: string[] = [];
  const emulator = await startEmulator({
    ...{ directory, env, settleMilliseconds: 0, retryPauses: [1, 1], warn: (message) => void warned.push(message) },
    createExecutor: (host) =>
      createExecutor(
        {
          ...host,
          appendLogs(region, group, stream, lines) {
            // An event of the log is a line, with a newline at its end or without.
            const text = lines.map(({ message }) => (message.endsWith("\n") ? message : `${message}\n`)).join("");
            logs.set(group, `${logs.get(group) ?? ""}${text}`);
            host.appendLogs(region, group, stream, lines);
          },
        },
        { isolation, freeze, env, initMilliseconds: init, environments: 200 },
      ),
  });
  const call = caller(emulator);
  const account = await createRole(emulator);
  const layers = new Map<string, Promise<string>>();
  const publish = (files: Files) => {
    const key = JSON.stringify(
      Object.entries(files).map(([path, { content, mode }]) => [path, mode, content.length, content.subarray(0, 200)]),
    );
    const arn = layers.get(key) ?? publishLayer(call, `layer${layers.size}`, files);
    layers.set(key, arn);
    return arn;
  };
  return {
    async open(scene) {
      const { name, timeout = 10, memory = 512, variables = {} } = scene;
      const own = layerFiles(scene);
      const Layers = [await publish(actor), ...(Object.keys(own).length > 0 ? [await publish(own)] : [])];
      const Code = { ZipFile: (await zipOf(codeFiles(scene))).toString("base64") };
      await call("POST", "/2015-03-31/functions", {
        ...{ FunctionName: name, Role: `arn:aws:iam::${account}:role/${role}`, Runtime: "provided.al2023" },
        ...{ Handler: "index.handler", Timeout: timeout, MemorySize: memory, Code, Layers },
        ...{ Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"] },
        Environment: { Variables: { SCENE: `scene-${name}-${isolation}-${process.pid}`, ...variables } },
      });
      while ((await call("GET", `/2015-03-31/functions/${name}/configuration`)).State !== "Active") await sleep(2);
      const ReservedConcurrentExecutions = scene.concurrency ?? 1;
      await call("PUT", `/2017-10-31/functions/${name}/concurrency`, { ReservedConcurrentExecutions });
      const warningsBefore = warned.length;
      return {
        async invoke({ invoke, headers: own = {}, query = "", stream, name: other = name, bytes }) {
          const path = stream
            ? `/2021-11-15/functions/${other}/response-streaming-invocations${query}`
            : `/2015-03-31/functions/${other}/invocations${query}`;
          // With the tail the answer comes when everybody has done: what comes next finds this environment free.
          const headers = { "X-Amz-Log-Type": "Tail", ...own };
          const started = performance.now();
          const request: RawRequest = { path, headers, body: bytes ? `"${"x".repeat(bytes - 2)}"` : invoke };
          const { status, headers: received, body } = await sendSigned({ ...signing(emulator) }, request);
          return { status, headers: received as Record<string, string>, body, took: performance.now() - started };
        },
        log: () => logs.get(`/aws/lambda/${name}`) ?? "",
        warnings: () => warned.slice(warningsBefore).filter((message) => message.includes(name)),
        async end() {
          const executor = await emulator.executor();
          await executor.retire(`arn:aws:lambda:us-east-1:${account}:function:${name}`);
          if (isolation === "none")
            await rm(join("/tmp", `scene-${name}-none-${process.pid}`), { recursive: true, force: true });
        },
      };
    },
    close: () => emulator.close(),
  };
}

type Caller = (method: string, path: string, document?: object) => Promise<Record<string, unknown>>;

const signing = ({ url, credentials }: Emulator) => ({ url, credentials, service: "lambda" });

function caller(emulator: Emulator): Caller {
  return async (method, path, document) => {
    const body = document === undefined ? "" : JSON.stringify(document);
    const { status, body: answer } = await sendSigned(signing(emulator), { method, path, body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer}`);
    return JSON.parse(answer);
  };
}

/** Gives the account's number. */
async function createRole({ url, credentials }: Emulator): Promise<string> {
  const body = new URLSearchParams({
    ...{ Action: "CreateRole", Version: "2010-05-08", RoleName: role, AssumeRolePolicyDocument: lambdaTrust },
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { body: answer } = await sendSigned({ url, credentials, service: "iam" }, { headers, body });
  const account = /arn:aws:iam::(\d+):role/.exec(answer)?.[1];
  if (account === undefined) throw new Error(answer);
  return account;
}

async function publishLayer(call: Caller, name: string, files: Files): Promise<string> {
  const Content = { ZipFile: (await zipOf(files)).toString("base64") };
  const { LayerVersionArn } = await call("POST", `/2018-10-31/layers/${name}/versions`, { Content });
  return String(LayerVersionArn);
}

function zipOf(files: Files): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, file]) => ({ kind: "file" as const, path, ...file }));
  return packZip(entries);
}
