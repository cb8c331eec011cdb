// Account Management: which regions are on, through AWS's client and its CLI.
import {
  AccountClient,
  GetPrimaryEmailCommand,
  ListRegionsCommand,
  type ListRegionsCommandInput,
} from "@aws-sdk/client-account";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionOf } from "../../../src/model/partition.ts";
import { missing } from "../../support/tools.ts";
import { awsCli, clientOptions, startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
let account: AccountClient;
const list = (input: ListRegionsCommandInput = {}) => account.send(new ListRegionsCommand(input));

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  account = new AccountClient(clientOptions(endpoint.emulator));
});
afterAll(() => endpoint.close());

describe("ListRegions", () => {
  it("tells which regions every account has, and which were switched on", async () => {
    const { Regions = [], NextToken } = await list({ MaxResults: 50 });
    expect(NextToken).toBeUndefined();
    expect(Regions.map(({ RegionName }) => RegionName)).toEqual(partitionOf("us-east-1").regions);
    const statuses = Object.fromEntries(
      Regions.map(({ RegionName, RegionOptStatus }) => [RegionName, RegionOptStatus]),
    );
    expect(statuses).toMatchObject({ "us-east-1": "ENABLED_BY_DEFAULT", "me-south-1": "ENABLED" });
    const switched = await list({ MaxResults: 50, RegionOptStatusContains: ["ENABLED"] });
    expect(switched.Regions).toHaveLength(17);
    expect((await list({ RegionOptStatusContains: ["DISABLED"] })).Regions).toEqual([]);
  });

  it("gives pages", async () => {
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await list({ MaxResults: 10, NextToken });
      expect(page.Regions?.length).toBeLessThanOrEqual(10);
      names.push(...(page.Regions ?? []).map(({ RegionName }) => RegionName));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual(partitionOf("us-east-1").regions);
  });

  it("knows the partitions", async () => {
    const china = new AccountClient({ ...clientOptions(endpoint.emulator), region: "cn-north-1" });
    const { Regions } = await china.send(new ListRegionsCommand({}));
    expect(Regions?.map(({ RegionName }) => RegionName)).toEqual(["cn-north-1", "cn-northwest-1"]);
  });

  it.each<[ListRegionsCommandInput, string]>([
    [{ MaxResults: 51 }, "ValidationException"],
    [{ RegionOptStatusContains: ["SOMETIMES" as never] }, "ValidationException"],
    [{ NextToken: "nonsense" }, "ValidationException"],
    [{ AccountId: "12" }, "ValidationException"],
    [{ AccountId: "111122223333" }, "AccessDeniedException"],
  ])("refuses %j", async (input, name) => {
    await expect(list(input)).rejects.toMatchObject({ name });
  });
});

it("names what of the service it does not play", async () => {
  await expect(account.send(new GetPrimaryEmailCommand({ AccountId: "111122223333" }))).rejects.toMatchObject({
    message: expect.stringContaining("GetPrimaryEmail"),
  });
});

describe.skipIf(missing("aws"))("ListRegions through the AWS CLI (needs the AWS CLI)", () => {
  it("is paged through to its end", async () => {
    const { Regions } = JSON.parse(await awsCli(endpoint.emulator, ["account", "list-regions", "--page-size", "7"]));
    expect(Regions).toHaveLength(34);
  });
});
