// AWS's own emulator as a target, one process for each scene. It has its paths built in, so it runs in a bubblewrap of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { sendSignal } from "../../../../src/emulator/sandbox/send-signal.ts";
import { sendRaw } from "../../control/raw.ts";
import type { Scene } from "../row.ts";
import { actorFiles, codeFiles, type Files, layerFiles } from "./files.ts";
import type { Target } from "./target.ts";

/** The path of its binary. */
export const rieVariable = "LAMBDA_EXT_TEST_RIE";

/** Longer than any scene may take; milliseconds. */
const patience = 20_000;

/** Opens the target. */
export async function openRieTarget(binary: string): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), "lambda-ext-rie-"));
  const actor = await actorFiles();
  return {
    name: "rie",
    async open(scene) {
      const folder = join(directory, scene.name);
      const folders = { task: join(folder, "task"), opt: join(folder, "opt") };
      await writeFiles(folders.task, codeFiles(scene));
      await writeFiles(folders.opt, { ...actor, ...layerFiles(scene) });
      const { child, url } = await startSomewhere({ binary, folders, scene });
      let log = "";
      child.process.stdout.setEncoding("utf8").on("data", (text: string) => {
        log += text;
      });
      return {
        async invoke({ invoke, headers = {}, name = "function", bytes }) {
          const path = `/2015-03-31/functions/${name}/invocations`;
          const started = performance.now();
          const body = bytes ? `"${"x".repeat(bytes - 2)}"` : invoke;
          const late = sleep(patience).then(() => ({ status: 0, headers: {}, body: "no answer" }));
          const lost = (error: Error) => ({ status: 0, headers: {}, body: String(error) });
          const answer = await Promise.race([sendRaw(url, { path, headers, body }).catch(lost), late]);
          return {
            ...{ ...answer, headers: answer.headers as Record<string, string> },
            took: performance.now() - started,
          };
        },
        log: () => log,
        warnings: () => [],
        async end() {
          // Its own SIGTERM is what it knows of SHUTDOWN.
          const pid = await child.pid;
          const exited = new Promise<void>((resolve) => child.process.once("exit", () => resolve()));
          if (pid !== undefined && child.process.exitCode === null) process.kill(pid, "SIGTERM");
          await Promise.race([exited, sleep(4000)]);
          await kill(child);
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

interface StartParts {
  readonly binary: string;
  readonly folders: { readonly task: string; readonly opt: string };
  readonly scene: Scene;
  readonly api: number;
  readonly door: number;
}

/** Its ports are chosen beforehand: others may have taken them in between. */
async function startSomewhere(parts: Omit<StartParts, "api" | "door">) {
  for (let tries = 0; ; tries++) {
    const [api, door] = await freePorts(2);
    const child = start({ ...parts, api, door });
    const url = `http://127.0.0.1:${door}`;
    if (await listens(url, child.process)) return { child, url };
    await kill(child);
    if (tries === 5) throw new Error(`AWS's emulator does not listen, ${child.process.exitCode}: ${await child.said}`);
  }
}

/** From the inside: bubblewrap itself, killed while it starts, leaves half of itself behind. */
async function kill(child: Child): Promise<void> {
  const exited = new Promise<void>((resolve) => child.process.once("exit", () => resolve()));
  if (child.process.exitCode !== null || child.process.signalCode !== null) return;
  const pid = await Promise.race([child.pid, exited]);
  if (pid) sendSignal(pid, "SIGKILL");
  else child.process.kill("SIGKILL");
  await exited;
}

type Child = ReturnType<typeof start>;

function start({ binary, folders, scene, api, door }: StartParts) {
  const { name, timeout = 10, memory = 512, variables = {} } = scene;
  // All of it reaches the function: what AWS sets there has to be said here.
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/bin",
    LD_LIBRARY_PATH: "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    ...{
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    },
    ...{ AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeout) },
    ...{ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory), AWS_LAMBDA_FUNCTION_HANDLER: "index.handler" },
    ...{ SCENE: `scene-${name}`, ...variables },
  };
  const place = [
    ...["--tmpfs", "/", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"],
    ...["--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"],
    ...["--ro-bind", folders.task, "/var/task", "--ro-bind", folders.opt, "/opt", "--dir", "/var/runtime"],
    ...["--ro-bind", binary, "/emulator", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--remount-ro", "/"],
    ...["--unshare-pid", "--as-pid-1", "--die-with-parent", "--chdir", "/", "--info-fd", "3"],
  ];
  const own = ["--runtime-api-address", `127.0.0.1:${api}`];
  own.push("--runtime-interface-emulator-address", `127.0.0.1:${door}`);
  const child = spawn("bwrap", [...place, "/emulator", ...own], { env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const said = readAll(child.stderr as Readable);
  return { said, process: child as ChildProcess & { stdout: Readable }, pid: readPid(child.stdio[3] as Readable) };
}

/** Its own log, for the case that it does not start. */
async function readAll(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

/** Of the emulator, as this machine counts. Read on to the end: bubblewrap would die of a closed pipe, and leave half of itself behind. */
function readPid(info: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = "";
    info.on("data", (chunk) => {
      text += chunk;
      const pid = /"child-pid": (\d+)/.exec(text)?.[1];
      if (pid !== undefined) resolve(Number(pid));
    });
    info.on("close", () => resolve(undefined));
  });
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, { content, mode }] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode });
  }
}

/** Two at a time, so that they differ. */
async function freePorts(count: 2): Promise<[number, number]> {
  const open = () =>
    new Promise<Server>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
    });
  const servers = await Promise.all(Array.from({ length: count }, open));
  const [first = 0, second = 0] = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [first, second];
}

async function listens(url: string, process: ChildProcess): Promise<boolean> {
  const end = Date.now() + 5000;
  while (Date.now() < end && process.exitCode === null) {
    // An unknown path: invoking would start the function.
    const answers = await sendRaw(url, { method: "GET" }).then(
      () => true,
      () => false,
    );
    if (answers) return true;
    await sleep(10);
  }
  return false;
}
