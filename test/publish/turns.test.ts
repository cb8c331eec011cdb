// Turns: one at a time for each name, given back however their process ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { addressOf, type TurnPlace, takeTurns } from "../../src/publish/turns.ts";
import { temporaryFolder } from "../support/temporary.ts";

const never = new AbortController().signal;

/** As on this machine, or as where sockets are files. */
function place(platform: NodeJS.Platform = process.platform): TurnPlace {
  const folder = temporaryFolder();
  // The folder is the test's own: nobody else's turns are met.
  return { platform, user: folder, folder };
}

async function take(names: readonly string[], where: TurnPlace, signal = never) {
  const waited: string[] = [];
  const turn = await takeTurns({ names, place: where, signal, waiting: (name) => waited.push(name) });
  onTestFinished(() => turn.end());
  return { turn, waited };
}

/** Another process that has the turn, until it is killed or told to end. */
async function holder(address: string): Promise<ChildProcess> {
  const script = `require("node:net").createServer().listen(${JSON.stringify(address)}, () => console.log("mine"))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

describe.each([process.platform, "darwin" as const])("turns (sockets as on %s)", (platform) => {
  it("are taken one after the other", async () => {
    const where = place(platform);
    const first = await take(["a"], where);
    expect(first.waited).toEqual([]);
    const order: string[] = [];
    const second = take(["a"], where).then((taken) => {
      order.push("second begins");
      return taken;
    });
    // Long enough for it to begin, if it could.
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push("first ends");
    await first.turn.end();
    expect((await second).waited).toEqual(["a"]);
    expect(order).toEqual(["first ends", "second begins"]);
  });

  it("of other names are nobody's business, and of several nobody waits in a ring", async () => {
    const where = place(platform);
    const { turn, waited } = await take(["b", "c"], where);
    expect(waited).toEqual([]);
    expect((await take(["a"], where)).waited).toEqual([]);
    const both = [take(["d", "b"], where), take(["c", "b", "d"], where)];
    await turn.end();
    const one = await Promise.race(both);
    await one.turn.end();
    await Promise.all(both);
  });

  it("are free again when their process is killed", async () => {
    const where = place(platform);
    const child = await holder(addressOf("a", where));
    const second = take(["a"], where);
    child.kill("SIGKILL");
    await once(child, "close");
    await second;
  });

  it("are waited for until Ctrl-C", async () => {
    const where = place(platform);
    await take(["a"], where);
    const controller = new AbortController();
    const second = take(["a"], where, controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(second).rejects.toMatchObject({ kind: "interrupted" });
  });
});

describe("a socket that is a file", () => {
  it("is taken over from a process that was killed, by one of many, and leaves nothing behind", async () => {
    const where = place("darwin");
    const address = addressOf("a", where);
    const child = await holder(address);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(existsSync(address)).toBe(true);
    let holding = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { turn } = await take(["a"], where);
        most = Math.max(most, ++holding);
        await new Promise((resolve) => setTimeout(resolve, 10));
        holding--;
        await turn.end();
      }),
    );
    expect(most).toBe(1);
    expect(readdirSync(where.folder)).toEqual([]);
  });

  it("that cannot be had stops nobody", async () => {
    const folder = join(temporaryFolder(), "missing");
    expect((await take(["a"], { platform: "darwin", user: "u", folder })).waited).toEqual([]);
  });
});

it("an address fits into a socket's, and is another user's no more than another name's", () => {
  const folder = "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T";
  const addresses = [
    addressOf("a", { platform: "darwin", user: "1", folder }),
    addressOf("b", { platform: "darwin", user: "1", folder }),
    addressOf("a", { platform: "darwin", user: "2", folder }),
    addressOf("a", { platform: "linux", user: "1", folder }),
    addressOf("a", { platform: "win32", user: "1", folder }),
  ];
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const address of addresses) expect(address.length).toBeLessThan(103);
  expect(addresses.at(-1)).toMatch(/^\\\\\.\\pipe\\/);
});
