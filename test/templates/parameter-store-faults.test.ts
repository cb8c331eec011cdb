// The parameter-store extension while things go wrong around it: services, kills, a full disk, the end in the middle of a refresh.
import { closeSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../support/temporary.ts";
import { bubblewrapWorks, findTool, missing } from "../support/tools.ts";
import { buildParameterStore } from "./build-extension.ts";
import { live } from "./extension-life.ts";
import { startSession } from "./extension-session.ts";
import { answer, type ParameterStore, refuse } from "./fake-lambda.ts";
import { openRule } from "./kill-at-rename.ts";

const unsupported = process.platform !== "linux" || missing("go");
const bwrap = findTool("bwrap") ?? "bwrap";

describe.skipIf(unsupported)("the parameter-store extension in trouble (needs Go and Linux)", () => {
  let folder: string;
  let binary: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
    binary = await buildParameterStore(folder);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(options: Parameters<typeof startSession>[1]) {
    const session = await startSession(binary, {
      ...options,
      env: { PARAMETER_NAME: "/orders/config", ...options.env },
    });
    onTestFinished(() => session.close());
    await session.initialised;
    return session;
  }

  interface Trouble {
    readonly title: string;
    readonly parameterStore: ParameterStore;
    readonly reason: RegExp;
    readonly attempts: number;
  }
  const troubles: readonly Trouble[] = [
    {
      title: "redirects",
      parameterStore: (_, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      reason: /HTTP status 302, which is not how AWS refuses$/m,
      attempts: 1,
    },
    {
      title: "sends half a body",
      parameterStore: (_, response) => {
        response.writeHead(200, { "content-length": 1000 }).write('{"Parameter":{"Value":"hal');
        setImmediate(() => response.destroy());
      },
      reason: /unexpected EOF, tried 6 times$/m,
      attempts: 6,
    },
    {
      title: "sends JSON of another kind",
      parameterStore: (_, response) => void response.end('{"Parameter":[1,2]}'),
      reason: /answered with something that is not its JSON$/m,
      attempts: 1,
    },
    {
      title: "has a proxy's error page before it",
      parameterStore: (_, response) => void response.writeHead(403).end("<html>hello</html>"),
      reason: /HTTP status 403, which is not how AWS refuses$/m,
      attempts: 1,
    },
    {
      title: "says nothing but 500",
      parameterStore: (_, response) => void response.writeHead(500).end(),
      reason: /HTTP status 500.*, tried 6 times$/m,
      attempts: 6,
    },
  ];

  test.concurrent.each(troubles)("the function runs where SSM $title", async ({ parameterStore, reason, attempts }) => {
    const life = await live(binary, { parameterStore, left: "from an earlier INIT" });
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(reason);
    expect(life.calls.filter(({ path }) => path === "/")).toHaveLength(attempts);
    expect(life.code).toBe(0);
  });

  test.concurrent("the function runs where something that is not HTTP answers", async () => {
    const server = createServer((socket) => void socket.end("220 mail.example.com ESMTP\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const life = await live(binary, { env: { AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}` } });
    server.close();
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(/The function runs without .*the answer is not HTTP/);
    expect(life.code).toBe(0);
  });

  test.concurrent("a slow answer is waited for", async () => {
    const life = await live(binary, {
      parameterStore: (_, response) => {
        const [start, end] = ['{"Parameter":{"Value":', '"at last"}}'];
        setTimeout(() => response.writeHead(200, { "content-length": start.length + end.length }).write(start), 500);
        setTimeout(() => response.end(end), 1000);
      },
    });
    expect(life.found?.toString()).toBe("at last");
    expect(life.calls.filter(({ path }) => path === "/")).toHaveLength(1);
  });

  test.concurrent("half of many values is none", async () => {
    const life = await live(binary, {
      env: { PARAMETER_NAME: "", PARAMETER_PATH: "/orders", SECRET_ID: "token" },
      parameterStore: (call, response) => {
        if (call.headers["x-amz-target"] === "secretsmanager.GetSecretValue") {
          refuse(response, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        } else answer(response, 200, { Parameters: [{ Name: "/orders/url", Value: "u" }] });
      },
      left: "from an earlier INIT",
    });
    expect(life.found).toBeUndefined();
    expect(life.log).toMatch(/The function runs without .*Create the secret in eu-central-1, or correct SECRET_ID$/m);
  });

  test.skipIf(!bubblewrapWorks())(
    "a kill between write and rename leaves nothing that lasts (needs bubblewrap)",
    async () => {
      const place = temporaryFolder();
      const value = `{"whole":"${"é".repeat(4000)}"}`;
      const parameterStore: ParameterStore = (_, response) => answer(response, 200, { Parameter: { Value: value } });
      const rule = openRule();
      const killed = await start({
        parameterStore,
        folder: place,
        starter: { words: [bwrap, "--dev-bind", "/", "/", "--seccomp", "3"], open: rule },
      });
      const { code, log } = await killed.ended;
      closeSync(rule);
      expect(code).not.toBe(0);
      expect(log).not.toContain("written");
      const left = await readdir(place);
      expect(left).toEqual([expect.stringMatching(/^\.config\.json\.\d+\.partial$/)]);
      // It had been written: the kill came after that.
      expect(await readFile(join(place, left[0] ?? ""), "utf8")).toBe(value);

      const next = await start({ parameterStore, folder: place });
      expect(next.content()).toBe(value);
      expect(await readdir(place)).toEqual(["config.json"]);
      expect((await next.shutDown()).code).toBe(0);
    },
  );

  test.skipIf(!bubblewrapWorks())("a full disk is told, and keeps what is there (needs bubblewrap)", async () => {
    const place = temporaryFolder();
    const values = ["small", "x".repeat(8192)];
    let asked = 0;
    const look = `"$0"; cd ${place} && for file in $(ls -A); do echo "$file: $(cat $file)"; done`;
    const session = await start({
      env: { CONFIG_TTL: "1", PATH: process.env.PATH ?? "" },
      folder: place,
      parameterStore: (_, response) => {
        answer(response, 200, { Parameter: { Value: values[Math.min(asked, 1)] } });
        asked += 1;
      },
      starter: { words: [bwrap, "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", place, "/bin/sh", "-c", look] },
    });
    await session.invokeUntil(() => asked > 1);
    const { log } = await session.shutDown();
    expect(log).toMatch(/Not refreshed, .* stays as it is; .*no space left on device$/m);
    expect(log.slice(log.indexOf("SHUTDOWN"))).toBe("SHUTDOWN: spindown\nconfig.json: small\n");
  });

  test("a refresh that fails keeps the file; one that hangs is over before Lambda loses patience with a SHUTDOWN", async () => {
    let asked = 0;
    let hanging = () => {};
    const hangs = new Promise<void>((resolve) => {
      hanging = resolve;
    });
    const session = await start({
      env: { CONFIG_TTL: "1" },
      parameterStore: (_, response) => {
        asked += 1;
        if (asked === 1) answer(response, 200, { Parameter: { Value: "first" } });
        else if (asked === 2) refuse(response, "AccessDeniedException", "no longer");
        else if (asked === 3) answer(response, 200, { Parameter: { Value: "second" } });
        else hanging();
      },
    });
    const register = session.calls.find(({ path }) => path.endsWith("/register"));
    expect(JSON.parse(register?.body ?? "")).toEqual({ events: ["INVOKE", "SHUTDOWN"] });
    await session.invokeUntil(() => asked === 2);
    expect(session.content()).toBe("first");
    await session.invokeUntil(() => session.content() === "second");
    const end = session.invokeUntil(() => asked > 3);
    await hangs;
    const crashed = performance.now();
    await end;
    const { code, log } = await session.shutDown();
    // Lambda gives the runtime 300 of 2000 milliseconds, and extensions the rest.
    expect(performance.now() - crashed).toBeLessThan(1700);
    expect(code).toBe(0);
    expect(session.content()).toBe("second");
    expect(log.match(/Not refreshed, /g)).toHaveLength(2);
    expect(log).toContain("Allow the function's role ssm:GetParameter on the parameter");
    expect(log).toMatch(/Refreshed .* in \d+ ms/);
  });
});
