// What is kept: whole or not at all, once, and only as long as something needs it.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createExclusively, writeAtomically } from "../../../src/emulator/store/atomic.ts";
import { Collection } from "../../../src/emulator/store/collection.ts";
import { Destinations } from "../../../src/emulator/store/destinations.ts";
import { Locks } from "../../../src/emulator/store/locks.ts";
import { LogStore } from "../../../src/emulator/store/log-store.ts";
import { openStore } from "../../../src/emulator/store/store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("a collection", () => {
  it("keeps documents apart whose keys look alike", async () => {
    const folder = temporaryFolder();
    const collection = new Collection<{ value: string }>(folder);
    const keys = [
      ["a", "b"],
      ["A", "b"],
      ["a.b"],
      ["a", "b."],
      ["a/b"],
      ["ä", "b"],
      ["x".repeat(500), "1"],
      ["x".repeat(500), "2"],
    ];
    for (const key of keys) await collection.put(key, { value: key.join("|") });
    const again = new Collection<{ value: string }>(folder);
    for (const key of keys) expect(again.get(...key)).toEqual({ value: key.join("|") });
    expect(again.list("a")).toHaveLength(2);
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      expect(file.length).toBeLessThan(120);
    }
  });

  it("creates each key once, also against somebody else and after it was buried", async () => {
    const folder = temporaryFolder();
    const collection = new Collection<{ by: number }>(folder);
    const stranger = new Collection<{ by: number }>(folder);
    expect(await collection.create(["k", "1"], { by: 1 })).toBe(true);
    expect(await collection.create(["k", "1"], { by: 2 })).toBe(false);
    expect(await stranger.create(["k", "1"], { by: 3 })).toBe(false);
    await collection.bury(["k", "1"]);
    expect(collection.get("k", "1")).toBeUndefined();
    expect(collection.list("k")).toEqual([]);
    expect(collection.keys("k")).toEqual([["k", "1"]]);
    const again = new Collection<{ by: number }>(folder);
    expect(await again.create(["k", "1"], { by: 4 })).toBe(false);
    await collection.put(["k", "2"], { by: 5 });
    await collection.remove(["k", "2"]);
    expect(new Collection<{ by: number }>(folder).keys()).toEqual([["k", "1"]]);
  });

  it("removes what was not finished, and reads nothing of it", async () => {
    const folder = temporaryFolder();
    await new Collection<{ v: number }>(folder).put(["k"], { v: 1 });
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, `${file}.0123456789ab.unfinished`), '{"key":["k"],"val');
    expect(new Collection<{ v: number }>(folder).get("k")).toEqual({ v: 1 });
    expect(readdirSync(folder)).toEqual([file]);
  });
});

describe("a file", () => {
  it("is replaced whole, and never by somebody who wants to make it", async () => {
    const file = join(temporaryFolder(), "f");
    expect(await createExclusively(file, "first")).toBe(true);
    expect(await createExclusively(file, "second")).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("first");
    await writeAtomically(file, "third");
    expect(readFileSync(file, "utf8")).toBe("third");
    await expect(writeAtomically(join(file, "below"), "x")).rejects.toThrow();
  });
});

describe("changes to one resource", () => {
  it("happen one after the other, and a failure stops none of the others", async () => {
    const locks = new Locks();
    const log: string[] = [];
    const step = (name: string, fails = false) =>
      locks.run("k", async () => {
        log.push(`${name} begins`);
        await sleep(2);
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
      });
    const results = await Promise.allSettled([step("a"), step("b", true), step("c")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("don't wait for those to another", async () => {
    const locks = new Locks();
    let release = () => {};
    const held = locks.run("a", () => new Promise<void>((resolve) => (release = resolve)));
    await locks.run("b", async () => {});
    release();
    await held;
  });
});

describe("the store", () => {
  it("forgets the zips that nothing refers to any more, when it is opened", async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    const [used, unused] = [await store.blobs.put(Buffer.from("used")), await store.blobs.put(Buffer.from("unused"))];
    const again = await store.blobs.put(Buffer.from("used"));
    expect(again).toEqual(used);
    await store.layerVersions.put(["us-east-1", "l", "1"], {
      region: "us-east-1",
      layerName: "l",
      version: 1,
      description: "",
      compatibleRuntimes: [],
      compatibleArchitectures: [],
      createdDate: "",
      codeSha256: used.codeSha256,
      codeSize: used.bytes,
      unzippedBytes: 0,
    });
    const reopened = await openStore(folder);
    expect(existsSync(reopened.blobs.path(used.codeSha256))).toBe(true);
    expect(existsSync(reopened.blobs.path(unused.codeSha256))).toBe(false);
  });

  it("forgets the versions of a function whose deletion was cut short", async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    const content = { version: "1", layers: [], codeSha256: "AAAA" } as never;
    await store.functionVersions.put(["us-east-1", "f", "old", "1"], { functionId: "old", content });
    expect((await openStore(folder)).functionVersions.list()).toEqual([]);
  });
});

describe("logs on a full disk", () => {
  const group = { region: "us-east-1", name: "/aws/lambda/f" };
  const event = (message: string) => ({ timestamp: 1, ingestionTime: 1, message });
  /** Files of this process end there, as those of a full disk do: a write takes what fits, the next one nothing. */
  const limitFiles = (bytes: number | "unlimited") =>
    execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);

  it.skipIf(process.platform !== "linux")("lose what didn't fit, and nothing before or after it", async () => {
    const folder = temporaryFolder();
    const logs = new LogStore(folder);
    const stream = logs.openStream(group, "s", 1);
    stream.append([event("before")]);
    limitFiles(200);
    try {
      expect(() => stream.append([event("x".repeat(1000))])).toThrow("EFBIG");
    } finally {
      limitFiles("unlimited");
    }
    stream.append([event("after")]);
    expect((await stream.read()).map(({ message }) => message)).toEqual(["before", "after"]);
    logs.close();
  });

  it("don't keep the store from being opened when a stream's first line is spoilt", () => {
    const folder = temporaryFolder();
    const logs = new LogStore(folder);
    logs.openStream(group, "whole", 1);
    logs.close();
    const [groupFolder = ""] = readdirSync(folder);
    writeFileSync(join(folder, groupFolder, "spoilt.jsonl"), '{"name":"spo{"name":"spoilt","creationTime":1}\n');
    const again = new LogStore(folder);
    expect(again.streams({ ...group, creationTime: 1 }).map(({ name }) => name)).toEqual(["whole"]);
  });
});

describe("log groups at the start", () => {
  it("are passed over where what they are is spoilt, and removed only where it was never written", () => {
    const folder = temporaryFolder();
    for (const name of ["spoilt", "unfinished", "whole"]) {
      const logs = new LogStore(folder);
      logs
        .openStream({ region: "us-east-1", name }, "s", 1)
        .append([{ timestamp: 1, ingestionTime: 1, message: name }]);
      logs.close();
    }
    const folderOf = (name: string) => join(folder, readdirSync(folder).find((entry) => entry.startsWith(name)) ?? "");
    writeFileSync(join(folderOf("spoilt"), "group.json"), "\0\0\0");
    rmSync(join(folderOf("unfinished"), "group.json"));
    const again = new LogStore(folder);
    again.close();
    expect(readdirSync(folder).filter((entry) => entry.startsWith("unfinished"))).toEqual([]);
    expect(readdirSync(folderOf("spoilt"))).toContainEqual(expect.stringMatching(/\.jsonl$/));
    expect(readdirSync(folderOf("whole"))).toContain("group.json");
  });
});

describe("the folder of deliveries", () => {
  it.each([
    ["a name like any other", "my-queue_1.fifo", "my-queue_1.fifo"],
    ["the folder above", "..", /^__-[0-9a-f]{8}$/],
    ["folders above and below", "../../etc/x", /^___.\._etc_x-[0-9a-f]{8}$/],
    ["a hidden name", ".unfinished", /^_unfinished-[0-9a-f]{8}$/],
    ["nothing", "", /^-[0-9a-f]{8}$/],
    ["what no file system takes", "a\0b\nü", /^a_b__-[0-9a-f]{8}$/],
    ["a long name", "x".repeat(256), /^x{100}-[0-9a-f]{8}$/],
  ])("keeps %s inside", async (_, name, wanted) => {
    const folder = join(temporaryFolder(), "destinations");
    const file = await new Destinations(folder).write(["sqs", name, "1.json"], "{}");
    const parts = relative(folder, file).split("/");
    expect(parts).toEqual(["sqs", typeof wanted === "string" ? wanted : expect.stringMatching(wanted), "1.json"]);
    expect(readFileSync(file, "utf8")).toBe("{}");
    expect(readdirSync(dirname(folder))).toEqual(["destinations"]);
  });

  it("tells names apart that look alike when they are safe", async () => {
    const destinations = new Destinations(join(temporaryFolder(), "destinations"));
    const files = ["team/bus", "team_bus", "team.bus", "team bus"].map((name) =>
      destinations.write(["events", name, "1.json"], name),
    );
    expect(new Set(await Promise.all(files)).size).toBe(4);
  });
});
