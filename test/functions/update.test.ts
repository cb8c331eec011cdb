// Updating functions: only what differs, in the right order.
import { afterEach, describe, expect, it } from "vitest";
import { changeFunction, type FunctionChange } from "../../src/functions/update.ts";
import { silent } from "../../src/model/progress.ts";
import { FakeFunction } from "../support/fake-function.ts";
import { type FaultServer, fastPace, startFaultServer } from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function change(fake: FakeFunction, wanted: FunctionChange) {
  server = await startFaultServer((request) => fake.answer(request));
  const connection = server.connect({ attempts: 1, pace: fastPace() });
  return await changeFunction(connection, { name: "demo", region: "eu-west-1" }, { change: wanted, progress: silent });
}

const code = { zip: Buffer.from("PK"), sha256: "new" };

describe("changeFunction", () => {
  it("writes nothing where nothing differs", async () => {
    const outcome = await change(new FakeFunction(), {
      code: { ...code, sha256: "old" },
      architecture: "x86_64",
      memorySize: 128,
      timeout: 3,
      runtime: "nodejs22.x",
      handler: "index.handler",
    });
    expect(outcome.result).toBe("unchanged");
    expect(server?.seen).toHaveLength(1);
  });

  it("sends the code, waits, then the settings, each with its revision", async () => {
    const fake = new FakeFunction();
    fake.slowness = 2;
    fake.change({ Environment: { Variables: { KEEP: "k" } } });
    const outcome = await change(fake, { code, memorySize: 512, timeout: 3, variables: { NEW: "n" } });
    expect(outcome).toMatchObject({ result: "updated", function: { memorySize: 512, codeSha256: "new" } });
    expect(fake.writes).toEqual([
      { RevisionId: "2", ZipFile: Buffer.from("PK").toString("base64") },
      { RevisionId: "3", MemorySize: 512, Environment: { Variables: { KEEP: "k", NEW: "n" } } },
    ]);
  });

  it("sends code again for another architecture", async () => {
    const fake = new FakeFunction();
    await change(fake, { code: { ...code, sha256: "old" }, architecture: "arm64" });
    expect(fake.writes).toEqual([{ RevisionId: "1", Architectures: ["arm64"], ZipFile: "UEs=" }]);
  });

  it("keeps what somebody else has set meanwhile", async () => {
    const fake = new FakeFunction();
    let raced = false;
    fake.beforeWrite = () => {
      if (!raced) fake.change({ Environment: { Variables: { THEIRS: "t" } } });
      raced = true;
      return undefined;
    };
    await change(fake, { variables: { OURS: "o" } });
    expect(fake.writes.at(-1)).toMatchObject({ Environment: { Variables: { THEIRS: "t", OURS: "o" } } });
  });
});
