// How long a region may take.
import { expect, it } from "vitest";
import { createDeadlines } from "../../src/publish/apply/deadlines.ts";
import { startFaultServer } from "../support/fault-server.ts";

it.each([undefined, 2 ** 31, 1000 * 99_999_999])("lets a region take its time within %s ms", async (milliseconds) => {
  const server = await startFaultServer(() => "hang");
  const deadlines = createDeadlines(milliseconds);
  try {
    // Longer than a timer waits that was given more than it can count.
    const work = async ({ signal }: { readonly signal: AbortSignal }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      signal.throwIfAborted();
      return "done";
    };
    expect(await deadlines.within("eu-west-1", server.connect(), work)).toBe("done");
  } finally {
    deadlines.clear();
    await server.close();
  }
});
