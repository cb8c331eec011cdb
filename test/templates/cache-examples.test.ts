// The example functions of the cache-sidecar template, called as their runtimes call them, beside a stand-in for the sidecar. The one in Go
// has Go tests of its own.
import { execFile } from "node:child_process";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { findTool, missing } from "../support/tools.ts";

const execute = promisify(execFile);
const examples = join(templatesFolder, "cache-sidecar", "examples");

interface Language {
  readonly name: string;
  readonly program: string;
  readonly folder: string;
  /** Calls the handler with each event of EVENTS, one after the other, and prints what it answers. */
  readonly driver: string;
}

const languages: readonly Language[] = [
  {
    name: "Node.js",
    program: "node",
    folder: "nodejs",
    driver: `import("./index.mjs").then(async ({ handler }) => {
      const answers = [];
      for (const event of JSON.parse(process.env.EVENTS)) answers.push(await handler(event, {}));
      console.log(JSON.stringify(answers));
    });`,
  },
  {
    name: "Python",
    program: "python3",
    folder: "python",
    driver: `
import json, os, app
print(json.dumps([app.handler(event, None) for event in json.loads(os.environ["EVENTS"])]))`,
  },
];

const item = { id: "42", fieldOne: "grüß dich", fieldTwo: "日本" };
const found: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "x-cache": "hit", age: "3" }).end(JSON.stringify(item));
};
const read = (id: string) => ({ pathParameters: { id } });
const hit = {
  statusCode: 200,
  headers: { "content-type": "application/json", "x-cache": "hit" },
  body: JSON.stringify(item),
};
const failed = {
  statusCode: 502,
  headers: { "content-type": "application/json" },
  body: expect.stringMatching(/^\{"error": ?"the item cannot be read"\}$/),
};

describe.each(languages)("the example in $name", ({ name, program, folder, driver }) => {
  const unsupported = missing(program);

  /** What it answers to the events, and what it logs. */
  async function answersTo(events: readonly object[], port: number) {
    const { stdout, stderr } = await execute(findTool(program) ?? program, [program === "node" ? "-e" : "-c", driver], {
      cwd: join(examples, folder),
      env: { CACHE_PORT: String(port), PYTHONDONTWRITEBYTECODE: "1", EVENTS: JSON.stringify(events) },
    });
    const lines = stdout.trimEnd().split("\n");
    return { answers: JSON.parse(lines.pop() ?? ""), log: lines.join("\n") + stderr };
  }

  test.skipIf(unsupported)(`hands on what it found, and keeps its connections (needs ${name})`, async () => {
    const paths: (string | undefined)[] = [];
    const { server, port } = await listen((request, response) => {
      paths.push(request.url);
      found(request, response);
    });
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const rest = { resource: "/items/{id}", path: "/items/42", httpMethod: "GET", ...read("42") };
    const http = { version: "2.0", routeKey: "GET /items/{id}", rawPath: "/items/42", ...read("42") };
    const { answers } = await answersTo([rest, http, read("a/b?c=d#e%20 é"), ...Array(7).fill(rest)], port);
    expect(answers).toEqual(Array(10).fill(hit));
    expect(paths.slice(0, 3)).toEqual(["/42", "/42", "/a%2Fb%3Fc%3Dd%23e%2520%20%C3%A9"]);
    // Node.js opens a second one where the next event comes at once.
    expect(connections).toBeLessThanOrEqual(2);
  });

  test.skipIf(unsupported)(`says so where there is no such item, and no id (needs ${name})`, async () => {
    const { port } = await listen((_, response) => response.writeHead(404).end('{"error":"not found"}'));
    const { answers } = await answersTo([read("43"), { pathParameters: null }, {}], port);
    expect(answers.map(({ statusCode }: { statusCode: number }) => statusCode)).toEqual([404, 400, 400]);
    expect(JSON.parse(answers[0].body)).toEqual({ error: "not found" });
  });

  test.skipIf(unsupported)(
    `answers 502 where the sidecar fails, and goes on with the next (needs ${name})`,
    async () => {
      const behaviours: RequestListener[] = [
        (_, response) => response.writeHead(504).end('{"error":"the table is slow"}'),
        (request) => request.socket.destroy(),
        (request) => request.socket.end("garbage\r\n\r\n"),
        found,
      ];
      const { port } = await listen((request, response) => behaviours.shift()?.(request, response));
      const { answers, log } = await answersTo(Array(4).fill(read("42")), port);
      expect(answers).toEqual([failed, failed, failed, hit]);
      expect(log).toContain("504");
      expect(log.match(/No answer from the cache/g)).toHaveLength(3);
    },
  );

  test.skipIf(unsupported)(`waits for no sidecar longer than the function may run (needs ${name})`, async () => {
    const { port } = await listen(() => {});
    const started = performance.now();
    const { answers } = await answersTo([read("42")], port);
    expect(answers).toEqual([failed]);
    expect(performance.now() - started).toBeGreaterThan(2000);
  });

  test.skipIf(unsupported)(`answers 502 where nobody listens (needs ${name})`, async () => {
    const { server, port } = await listen(found);
    await new Promise((resolve) => server.close(resolve));
    const { answers, log } = await answersTo([read("42")], port);
    expect(answers).toEqual([failed]);
    expect(log).toMatch(/ECONNREFUSED|ConnectionRefusedError/);
  });
});

async function listen(answer: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, port: (server.address() as AddressInfo).port };
}
