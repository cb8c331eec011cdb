// Log records that runtime clients frame, among text, in whatever pieces they come.
import { describe, expect, test } from "vitest";
import { createRecordCutter } from "../../../src/emulator/sandbox/frames.ts";

function frame(message: string, type = 0xa55a0003): Buffer {
  const text = Buffer.from(message);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(type, 0);
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, text]);
}

const stream = Buffer.concat([
  Buffer.from("before\nunfinished"),
  frame("one\ntwo\n"),
  frame("no newline"),
  frame("", 0xa55a0001),
  // A level in the type; JSON.
  frame('{"a":1}', 0xa55a000e),
  Buffer.from("å Z after\n"),
]);
const expected = ["before\n", "unfinished", "one\ntwo\n", "no newline\n", '{"a":1}\n', "å Z after\n"];

describe("records", () => {
  test.each([1, 2, 3, 7, 16, 17, 1000])("in pieces of %i bytes", (size) => {
    const seen: string[] = [];
    const cutter = createRecordCutter((line) => seen.push(line));
    for (let at = 0; at < stream.length; at += size) cutter.push(stream.subarray(at, at + size));
    cutter.flush();
    expect(seen).toEqual(expected);
  });

  test("a record that breaks off is handed out as far as it came; what only looks like one is text", () => {
    const seen: string[] = [];
    const cutter = createRecordCutter((line) => seen.push(line));
    const whole = frame("broken off");
    cutter.push(whole.subarray(0, 17));
    cutter.flush();
    expect(seen).toEqual([]);
    cutter.push(whole.subarray(17, 20));
    cutter.end();
    expect(seen).toEqual(["brok\n"]);
    cutter.push(frame("no type", 0xa55a0040));
    cutter.push(Buffer.from("\n"));
    expect(seen[1]).toMatch(/no type\n$/);
    cutter.push(Buffer.from([0xa5, 0x5a]));
    cutter.flush();
    expect(seen).toHaveLength(3);
  });

  test("one that is longer than a log event can be comes in several", () => {
    const seen: string[] = [];
    const cutter = createRecordCutter((line) => seen.push(line));
    cutter.push(frame(`${"ä\n".repeat(150_000)}end`));
    expect(seen).toHaveLength(2);
    expect(seen.join("")).toBe(`${"ä\n".repeat(150_000)}end\n`);
  });

  // A copy of all that is there with each piece takes minutes for this, in which the endpoint would answer nobody; else it is a tenth of a second.
  test("a long one that comes in many pieces holds nobody up", { timeout: 10_000 }, () => {
    const seen: string[] = [];
    const cutter = createRecordCutter((line) => seen.push(line));
    const whole = frame("a".repeat(32 * 1024 * 1024));
    for (let at = 0; at < whole.length; at += 4096) cutter.push(whole.subarray(at, at + 4096));
    expect(seen.join("")).toHaveLength(32 * 1024 * 1024 + 1);
  });
});
