// Faults as text, and which calls they hit.
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/emulator/faults/fault.ts";
import { FaultBook } from "../../../src/emulator/faults/fault-book.ts";
import { FaultSet } from "../../../src/emulator/faults/fault-set.ts";
import { readFaults, writeFaults } from "../../../src/emulator/faults/read-fault.ts";

const call = { region: "eu-west-1", service: "lambda", operation: "PublishLayerVersion", from: "user" } as const;
const complaintOf = (text: string) => {
  const read = readFaults(text);
  return "complaint" in read ? read.complaint : undefined;
};

describe("readFaults", () => {
  it("reads every key, and writes what can be read again", () => {
    const text =
      "region=me-central-1,service=lambda,op=PublishLayerVersion,from=all,kind=throttle,latency=150,count=2,after=1,status=400,code=ThrottlingException,retry-after=3";
    const read = readFaults(text);
    expect(read).toEqual({
      faults: [
        {
          region: "me-central-1",
          service: "lambda",
          op: "PublishLayerVersion",
          from: "all",
          kind: "throttle",
          latency: 150,
          count: 2,
          after: 1,
          status: 400,
          code: "ThrottlingException",
          retryAfter: 3,
        },
      ],
    });
    expect("faults" in read && writeFaults(read.faults)).toBe(text);
  });

  it.each([
    [" latency=150 ; kind=error , work=done ", [{ latency: 150 }, { kind: "error", work: "done" }]],
    ["region=me-*,kind=down;", [{ region: "me-*", kind: "down" }]],
    ["none", []],
    ["", []],
  ])("reads %j", (text, faults) => {
    expect(readFaults(text)).toEqual({ faults });
  });

  it.each([
    ["regoin=eu-west-1,kind=down", 'A fault has no "regoin"; did you mean region?'],
    ["banana", /^A fault has no "banana"; there are region, service, op, .*, work\.$/],
    ["kind=trottle", /^A fault's kind is down, .* or slow, not "trottle"; did you mean throttle\?$/],
    ["region=eu_west_1,kind=down", /not "eu_west_1"; did you mean eu-west-1\?$/],
    ["region=*_*,kind=down", /^A fault's region is a region, or several with a star/],
    ["kind", /^A fault's kind is down, /],
    ["count=0,kind=down", 'A fault\'s count is a number of calls, from 1 on, not "0".'],
    ["latency=1.5", 'A fault\'s latency is milliseconds, not "1.5".'],
    ["status=200,kind=error", /an HTTP status from 400 to 599, not "200"/],
    ["op=Publish Layer,kind=down", /^A fault's op is an operation/],
    ["region=eu-west-1", /^A fault says what happens, kind=down\|throttle.* or latency=MILLISECONDS: region=/],
    ["kind=down,kind=slow", "A fault says kind twice: kind=down,kind=slow."],
    ["kind=down,status=500", "A fault's status goes with kind=error|throttle|proxy: kind=down,status=500."],
    ["latency=1,retry-after=1", /^A fault's retry-after goes with kind=throttle/],
    ["kind=slow;kind=slwo", /did you mean slow\?$/],
  ])("refuses %j", (text, complaint) => {
    expect(complaintOf(text)).toMatch(complaint);
  });

  it("writes what nobody knows, so that whoever reads it complains", () => {
    expect(complaintOf(writeFaults([{ kind: "down", banana: 1 } as Fault]))).toMatch(/no "banana"/);
    expect(complaintOf(writeFaults([{ kind: "dwon" } as unknown as Fault]))).toMatch(/did you mean down/);
  });
});

describe("FaultSet", () => {
  const kinds = (faults: readonly Fault[], calls: number) => {
    const set = new FaultSet(faults);
    return Array.from({ length: calls }, () => set.meet(call).hit?.kind);
  };

  it("hits every call without more, and the counted ones with", () => {
    expect(kinds([{ kind: "down" }], 2)).toEqual(["down", "down"]);
    expect(kinds([{ kind: "down", after: 1, count: 2 }], 4)).toEqual([undefined, "down", "down", undefined]);
  });

  it.each<[Fault, boolean]>([
    [{ region: "eu-west-1" }, true],
    [{ region: "eu-*" }, true],
    [{ region: "eu-west-2" }, false],
    [{ region: "eu-west-1*2" }, false],
    [{ service: "iam" }, false],
    [{ op: "*LayerVersion" }, true],
    [{ op: "Layer" }, false],
    [{ from: "environments" }, false],
    [{ from: "all" }, true],
  ])("%j of a user's PublishLayerVersion in eu-west-1: %s", (fault, hit) => {
    expect(new FaultSet([{ ...fault, kind: "down" }]).meet(call).hit !== undefined).toBe(hit);
  });

  it("lets the last one decide, until its calls are used up; late is whoever is also hit", () => {
    const set = new FaultSet([
      { latency: 150 },
      { kind: "throttle" },
      { region: "eu-west-1", kind: "error", count: 1 },
      { region: "us-east-1", latency: 400 },
    ]);
    expect(set.meet(call)).toMatchObject({ latency: 150, hit: { kind: "error" } });
    expect(set.meet(call)).toMatchObject({ latency: 150, hit: { kind: "throttle" } });
    expect(set.meet({ ...call, region: "us-east-1" })).toMatchObject({ latency: 400, hit: { kind: "throttle" } });
    expect(set.counts.map(({ met }) => met)).toEqual([3, 3, 1, 1]);
  });

  it("does not wait before the work of a slow call", () => {
    expect(new FaultSet([{ kind: "slow", latency: 90 }]).meet(call)).toMatchObject({ latency: 0 });
  });
});

describe("FaultBook", () => {
  const known = { lambda: { operations: ["PublishLayerVersion", "Invoke"] }, iam: { operations: ["CreateRole"] } };

  it.each<[Fault, string, string]>([
    [{ op: "PublishLayer" }, "the operation PublishLayer", "No call would ever meet it."],
    [{ op: "PublishLayerVersoin" }, "the operation PublishLayerVersoin", "Did you mean PublishLayerVersion?"],
    [{ op: "CreateRole", service: "lambda" }, "the operation CreateRole", "No call would ever meet it."],
    [{ service: "lamda" }, "the service lamda", "Did you mean lambda?"],
  ])("refuses %j, which nothing would meet", (fault, named, hint) => {
    const refused = { code: "InvalidFault", message: expect.stringContaining(named), hint };
    expect(() => new FaultBook(known, [{ ...fault, kind: "down" }])).toThrow(expect.objectContaining(refused));
    const book = new FaultBook(known, []);
    expect(() => book.set([{ ...fault, kind: "down" }])).toThrow(expect.objectContaining(refused));
  });

  it("counts for each command by itself, and lets its word be the last", () => {
    const book = new FaultBook(known, [{ kind: "throttle", latency: 10 }]);
    const kind = (brought?: string) => book.meet(brought, () => call).hit?.kind;
    expect([kind("a kind=down,count=1"), kind("b kind=down,count=1"), kind("a kind=down,count=1"), kind()]).toEqual([
      "down",
      "down",
      "throttle",
      "throttle",
    ]);
    expect(book.counts).toMatchObject([{ met: 4 }]);
  });

  it("forgets commands of long ago", () => {
    const book = new FaultBook(known, []);
    const kind = (run: number) => book.meet(`${run} kind=down,count=1`, () => call).hit?.kind;
    expect([kind(0), kind(0)]).toEqual(["down", undefined]);
    for (let run = 1; run <= 100; run++) kind(run);
    expect([kind(0), kind(99)]).toEqual(["down", undefined]);
  });

  it("refuses what it cannot read", () => {
    const book = new FaultBook(known, []);
    expect(() => book.meet("a kind=dwon", () => call)).toThrow(/did you mean down/);
    expect(() => book.meet("a op=Invok,kind=down", () => call)).toThrow(/Did you mean Invoke/);
  });
});
