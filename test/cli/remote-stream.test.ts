// invoke --stream: chunks on stdout as they come, from functions on the local endpoint and from a server that breaks off.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeEvent } from "../../src/emulator/wire/event-stream.ts";
import { createGate, type Gate } from "../emulator/execution/support/gate.ts";
import { type Answer, startFaultServer } from "../support/fault-server.ts";
import { bin, runCli } from "../support/run-cli.ts";

const major = Number(process.versions.node.split(".")[0]);
const runtime = `nodejs${major - (major % 2)}.x`;

describe.skipIf(process.platform !== "linux")("against the local endpoint (needs Linux)", () => {
  let folder: string;
  let gate: Gate;
  let env: Record<string, string | undefined>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-stream-"));
    gate = await createGate();
    env = {
      LAMBDA_EXT_LOCAL_DIR: join(folder, "account"),
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_ENDPOINT_URL: undefined,
      CI: "1",
    };
    mkdirSync(join(folder, "function"));
    writeFileSync(
      join(folder, "function", "index.mjs"),
      `import { get } from "node:http";
      const wait = (url) => new Promise((resolve) => get(url, { agent: false }, (r) => r.resume().on("end", resolve)));
      export const handler = awslambda.streamifyResponse(async ({ gate, fail, bytes }, stream) => {
        console.log("here");
        stream.write(bytes ? Buffer.from(bytes, "hex") : '{"a":');
        if (gate) await wait(gate);
        if (fail) throw new RangeError("broke off");
        if (!bytes) stream.write("1}");
        stream.end();
      });`,
    );
    expect((await run("create-role", "stream-role")).code).toBe(0);
    const made = await run(
      ...["create-function", "streams", "--source", "function", "--runtime", runtime, "--role", "stream-role"],
    );
    expect(made.code, made.stderr).toBe(0);
  });
  afterAll(async () => {
    await runCli(["local", "stop"], { cwd: folder, env });
    await gate.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => runCli([...args, "--local"], { cwd: folder, env });
  const invoke = (payload: object, ...args: string[]) =>
    run("invoke", "--stream", "--function", "streams", "--payload", JSON.stringify(payload), ...args);

  function start(payload: object) {
    const args = [bin, "invoke", "--stream", "--local", "--function", "streams", "--payload", JSON.stringify(payload)];
    return spawn(process.execPath, args, {
      ...{ cwd: folder, env: { ...process.env, ...env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] },
    });
  }

  it("prints a chunk while the function is still at work", async () => {
    const child = start({ gate: gate.url });
    const [first] = await once(child.stdout, "data");
    expect(String(first)).toBe('{"a":');
    await gate.reached();
    gate.open();
    const [second] = await once(child.stdout, "data");
    expect(String(second)).toBe("1}");
    expect(await once(child, "close")).toEqual([0, null]);
  });

  it("ends on Ctrl-C in the middle, and the function is there for the next call", async () => {
    const child = start({ gate: gate.url });
    await Promise.all([once(child.stdout, "data"), gate.reached()]);
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([130, null]);
    gate.open();
    expect((await invoke({})).stdout).toBe('{"a":1}');
  });

  it("passes bytes on as they are", async () => {
    const child = start({ bytes: "ff00fe0a" });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(child, "close");
    expect(Buffer.concat(chunks).toString("hex")).toBe("ff00fe0a");
  });

  it("is 4 where the function fails in the middle", async () => {
    const { code, stdout, stderr } = await invoke({ fail: true }, "--log");
    expect([code, stdout]).toEqual([4, '{"a":']);
    expect(stderr).toContain("✗ streams returned an error (RangeError)\nRangeError: broke off");
    expect(stderr).toMatch(/here[\s\S]*REPORT RequestId/);
  });

  it("gives the ordinary document under --json", async () => {
    const { code, stdout } = await invoke({}, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, statusCode: 200, payload: { a: 1 } });
    const failed = await invoke({ fail: true }, "--json");
    expect(failed.code).toBe(4);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      ...{ functionError: "RangeError", payloadText: '{"a":', errorDetails: expect.stringContaining("broke off") },
    });
  });

  it("writes a file instead of stdout", async () => {
    const { code, stdout } = await invoke({}, "--out", "answer.json");
    expect([code, stdout]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "answer.json"), "utf8")).toBe('{"a":1}');
  });
});

describe("against a server that breaks off", () => {
  const chunk = encodeEvent("PayloadChunk", "application/octet-stream", Buffer.from("half"));
  const end = (complete: object) =>
    encodeEvent("InvokeComplete", "application/json", Buffer.from(JSON.stringify(complete)));

  async function answered(answer: Answer, ...args: string[]) {
    const server = await startFaultServer(() => answer);
    try {
      const result = await runCli(["invoke", "--stream", "--function", "f", "--region", "eu-west-1", ...args], {
        env: {
          ...{ AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" },
          ...{ AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined },
        },
      });
      return { ...result, seen: server.seen };
    } finally {
      await server.close();
    }
  }
  const stream = (...events: Buffer[]): Answer => ({
    ...{ status: 200, headers: { "content-type": "application/vnd.amazon.eventstream" } },
    body: Buffer.concat(events),
  });

  it.each([
    ["between two events", stream(chunk)],
    ["within an event", stream(chunk, chunk.subarray(0, 20))],
  ])("says that the answer is incomplete (%s)", async (_where, answer) => {
    const { code, stdout, stderr, seen } = await answered(answer);
    expect([code, stdout, seen.length]).toEqual([1, "half", 1]);
    expect(stderr).toContain("the connection was lost in the middle of the answer");
    expect(stderr).toContain("The function has been invoked");
  });

  it("takes an error whose description came as the payload", async () => {
    const body = Buffer.from('{"errorType":"E","errorMessage":"m"}');
    const { code, stdout, stderr } = await answered(
      stream(encodeEvent("PayloadChunk", "application/octet-stream", body), end({ ErrorCode: "Unhandled" })),
    );
    expect([code, stdout]).toEqual([4, body.toString()]);
    expect(stderr).toContain("✗ f returned an error (Unhandled)\nE: m");
  });

  it("streams only what is waited for", async () => {
    const { code, stderr, seen } = await answered(stream(chunk, end({})), "--type", "async");
    expect([code, seen.length]).toEqual([2, 0]);
    expect(stderr).toContain("Only an invocation whose answer is waited for can be streamed, not --type async.");
  });
});
