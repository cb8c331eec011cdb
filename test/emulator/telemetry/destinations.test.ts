// HTTP and TCP listeners, well-behaved and not, in the test's own process.
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { machineNetwork } from "../../../src/emulator/sandbox/network/network.ts";
import type { Destination } from "../../../src/emulator/telemetry/destination.ts";
import { httpDestination } from "../../../src/emulator/telemetry/http-destination.ts";
import { tcpDestination } from "../../../src/emulator/telemetry/tcp-destination.ts";
import { type Listener, openListener } from "./support/listener.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const never = new AbortController().signal;
const events = ['{"type":"a"}', '{"type":"b"}'];

function http(port: number, changes: { path?: string; method?: "POST" | "PUT" } = {}): Destination {
  const hostHeader = `sandbox.localdomain:${port}`;
  const destination = httpDestination(
    { ...{ protocol: "HTTP", port, path: "/", hostHeader, method: "POST" }, ...changes },
    machineNetwork.connect,
  );
  cleanups.push(() => destination.close());
  return destination;
}

async function listen(...parameters: Parameters<typeof openListener>): Promise<Listener> {
  const listener = await openListener(...parameters);
  cleanups.push(() => listener.close());
  return listener;
}

test("HTTP: an array, with the path, the host and the method of the subscription", async () => {
  const listener = await listen();
  const destination = http(listener.port, { path: "/a/b?c=d", method: "PUT" });
  await destination.send(events, never);
  await destination.send(events, never);
  expect(listener.requests.length).toBe(2);
  expect(listener.requests[0]).toMatchObject({
    ...{ method: "PUT", url: "/a/b?c=d", events: [{ type: "a" }, { type: "b" }] },
    headers: { host: `sandbox.localdomain:${listener.port}`, "content-type": "application/json" },
  });
});

test.each([200, 202, 204, 302, 399])("HTTP: status %i means taken", async (status) => {
  const listener = await listen((response) => response.writeHead(status).end());
  await http(listener.port).send(events, never);
});

test.each([400, 404, 500])("HTTP: status %i means not taken", async (status) => {
  const listener = await listen((response) => response.writeHead(status).end());
  await expect(http(listener.port).send(events, never)).rejects.toThrow(`it answered with status ${status}`);
});

test("HTTP: an answer that never ends does not hold up the next batch", async () => {
  const listener = await listen((response) => response.writeHead(200).write("and then"));
  const destination = http(listener.port);
  await destination.send(events, never);
  await destination.send(events, never);
  expect(listener.requests.length).toBe(2);
});

test("HTTP: one that hangs is given up", async () => {
  const listener = await listen(() => {});
  const limit = new AbortController();
  const sent = http(listener.port).send(events, limit.signal);
  const refused = expect(sent).rejects.toThrow();
  await listener.until(2);
  limit.abort();
  await refused;
});

test("HTTP: nobody there", async () => {
  const listener = await openListener();
  await listener.close();
  await expect(http(listener.port).send(events, never)).rejects.toThrow("ECONNREFUSED");
});

/** A TCP listener; `onSocket` gets each connection. */
async function listenTcp(onSocket: (socket: Socket) => void, wanted = 0): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(wanted, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { server, port: address !== null && typeof address === "object" ? address.port : 0 };
}

function tcp(port: number): Destination {
  const destination = tcpDestination(port, machineNetwork.connect);
  cleanups.push(() => destination.close());
  return destination;
}

test("TCP: dialled at once, a line for each event, one connection for all batches", async () => {
  let connections = 0;
  let text = "";
  let heard = () => {};
  let dialled = () => {};
  const connected = new Promise<void>((resolve) => {
    dialled = resolve;
  });
  const { port } = await listenTcp((socket) => {
    connections++;
    dialled();
    socket.on("data", (chunk) => {
      text += chunk;
      heard();
    });
  });
  const destination = tcp(port);
  await connected;
  expect(text).toBe("");
  await destination.send(events, never);
  await destination.send(events, never);
  await new Promise<void>((resolve) => {
    heard = () => {
      if (text.split("\n").length === 5) resolve();
    };
    heard();
  });
  expect(text).toBe('{"type":"a"}\n{"type":"b"}\n{"type":"a"}\n{"type":"b"}\n');
  expect(connections).toBe(1);
});

test("TCP: nobody there, and then somebody", async () => {
  const { server, port } = await listenTcp(() => {});
  await new Promise((resolve) => server.close(resolve));
  const destination = tcp(port);
  await expect(destination.send(events, never)).rejects.toThrow("ECONNREFUSED");
  const received = new Promise<string>((resolve) => {
    void listenTcp((socket) => socket.on("data", (chunk) => resolve(String(chunk))), port).then(() =>
      destination.send(events, never),
    );
  });
  expect(await received).toBe('{"type":"a"}\n{"type":"b"}\n');
});

test("TCP: one that does not read is given up", async () => {
  const { port } = await listenTcp((socket) => socket.pause());
  const destination = tcp(port);
  const limit = new AbortController();
  // More than the kernel's buffers take.
  const sent = destination.send(["x".repeat(32 * 1024 * 1024)], limit.signal);
  setImmediate(() => limit.abort());
  await expect(sent).rejects.toThrow("it did not read");
});
