// Which regions a publish goes to: those that are named, or those that the account says are on.
import { afterEach, describe, expect, it } from "vitest";
import { findRegions } from "../../src/publish/regions.ts";
import {
  type Answer,
  type FaultServer,
  htmlBadGateway,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function find(wanted: readonly string[], answer: (request: SeenRequest) => Answer) {
  server = await startFaultServer(answer);
  return await findRegions(server.connect({ attempts: 1 }), wanted);
}

const named = (...names: string[]) => names.map((RegionName) => ({ RegionName, RegionOptStatus: "ENABLED" }));

describe("regions", () => {
  it("that are named are taken without asking", async () => {
    const choice = await find(["eu-west-1", " us-east-1", "eu-west-1"], () => "hang");
    expect(choice).toEqual({ regions: ["eu-west-1", "us-east-1"], warnings: [], guessed: false });
    expect(server?.seen).toEqual([]);
  });

  it("are all that the account has on and that have Lambda, page by page", async () => {
    const choice = await find(["all"], ({ body }) => {
      const { NextToken, RegionOptStatusContains } = JSON.parse(body.toString());
      expect(RegionOptStatusContains).toEqual(["ENABLED", "ENABLED_BY_DEFAULT"]);
      if (!NextToken) return { status: 200, body: { Regions: named("us-east-1"), NextToken: "more" } };
      return { status: 200, body: { Regions: named("eu-west-1", "xx-new-9") } };
    });
    expect(choice).toMatchObject({ regions: ["eu-west-1", "us-east-1"], guessed: false });
    expect(choice.warnings).toEqual([expect.stringMatching(/^xx-new-9 is enabled .* --regions all,xx-new-9$/)]);
    expect(server?.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill("POST /listRegions"));
  });

  it("are all of them and those that are named besides, whether the account has these on or not", async () => {
    const answer: Answer = { status: 200, body: { Regions: named("us-east-1", "xx-new-9") } };
    const choice = await find(["all", "me-south-1", "xx-new-9"], () => answer);
    expect([...choice.regions].sort()).toEqual(["me-south-1", "us-east-1", "xx-new-9"]);
    await expect(find(["all", "eu-wst-1x"], () => answer)).rejects.toMatchObject({ code: "InvalidRegion" });
  });

  it.each<[string, Answer]>([
    ["may not be asked", refuse(403, "AccessDeniedException", "not authorized to perform: account:ListRegions")],
    ["cannot be understood", htmlBadGateway],
    ["fails", refuse(500, "InternalServerException", "Oh.")],
  ])("are all that we know where the account %s", async (_, answer) => {
    const choice = await find(["all"], () => answer);
    expect(choice.regions).toHaveLength(34);
    expect(choice.guessed).toBe(true);
    expect(choice.warnings).toEqual([expect.stringContaining("counts as not asked for")]);
  });

  it.each([
    ["ExpiredTokenException", "ExpiredCredentials"],
    ["UnrecognizedClientException", "InvalidCredentials"],
  ])("are not guessed with credentials that are no good (%s)", async (name, code) => {
    await expect(find(["all"], () => refuse(403, name, "No."))).rejects.toMatchObject({ code });
  });
});
