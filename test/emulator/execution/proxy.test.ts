// Proxies before the Runtime API whose answers are not quite HTTP: AWS's own Node.js client takes them, and so does the one here.
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { levels } from "./support/levels.ts";
import { file, openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";

/**
 * Passes everything on, calls every answer 200, and says the length of its body twice, the first time wrong: what becomes of headers that are
 * copied after the body was changed. Answers to a POST come in chunks.
 */
const proxy = (port: number) => `#!${process.execPath}
const { createServer } = require("node:net");
const { request } = require("node:http");
const [host, api] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const ask = (method, path, headers, body) => new Promise((resolve, reject) => {
  const sent = request({ host, port: api, method, path, headers }, (answer) => {
    const chunks = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
  });
  sent.on("error", reject);
  sent.end(body);
});
createServer((socket) => {
  let got = "";
  socket.on("error", () => {});
  socket.on("data", async (chunk) => {
    got += chunk.toString("latin1");
    const [head, ...rest] = got.split("\\r\\n\\r\\n");
    const body = rest.join("\\r\\n\\r\\n");
    const length = Number(/content-length: (\\d+)/i.exec(head)?.[1] ?? 0);
    if (rest.length === 0 || body.length < length) return;
    got = "";
    const [method, path] = head.split(" ");
    const answer = await ask(method, path, { "Content-Type": "application/json" }, Buffer.from(body, "latin1"));
    const text = answer.body.toString("latin1") + " ";
    const lines = Object.entries(answer.headers).filter(([name]) => name !== "connection").map(([name, value]) => name + ": " + value + "\\r\\n");
    const start = "HTTP/1.1 200 OK\\r\\n" + lines.join("").replace("content-length", "Content-Length");
    if (method === "GET") socket.write(Buffer.from(start + "Content-Length: " + text.length + "\\r\\n\\r\\n" + text, "latin1"));
    else socket.write(start + "Transfer-Encoding: chunked\\r\\n\\r\\n4\\r\\n" + text.slice(0, 4) + "\\r\\n0\\r\\n\\r\\n");
  });
}).listen(${port}, "127.0.0.1", async () => {
  const { headers } = await new Promise((resolve, reject) => {
    const sent = request({ host, port: api, method: "POST", path: "/2020-01-01/extension/register", headers: { "Lambda-Extension-Name": "proxy" } }, (answer) => { answer.resume(); answer.on("end", () => resolve(answer)); });
    sent.on("error", reject);
    sent.end('{"events":[]}');
  });
  await ask("GET", "/2020-01-01/extension/event/next", { "Lambda-Extension-Identifier": headers["lambda-extension-identifier"] });
});
`;

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`a proxy, isolation ${level}${why}`, () => {
    let node: RuntimeWorld;
    beforeAll(async () => {
      const defaults = { runtime: `nodejs${process.versions.node.split(".")[0]}.x`, handler: "index.handler" };
      node = await openRuntimeWorld({ level, env: {}, defaults });
    });
    afterAll(() => node.world.close());

    test("that repeats headers and knows no status but 200 serves event after event", async () => {
      const port = await freePort();
      const source =
        "exports.handler = async ({ text }) => { if (text === 'bad') throw new Error(text); return text; };";
      const snapshot = await node.define([file("index.js", source)], {
        environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" },
        layers: [
          await node.world.zip([
            { path: "extensions/proxy", content: proxy(port) },
            { path: "wrapper", content: `#!/bin/sh\nexport AWS_LAMBDA_RUNTIME_API=127.0.0.1:${port}\nexec "$@"\n` },
          ]),
        ],
      });
      const answer = async (text: string) =>
        JSON.parse((await node.world.invoke(snapshot, { text })).payload.toString("utf8"));
      expect(await answer("first")).toBe("first");
      expect(await answer("grün")).toBe("grün");
      expect(await answer("bad")).toMatchObject({ errorMessage: "bad" });
      expect(await answer("last")).toBe("last");
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
