// The contract, judged on our endpoint without isolation.
import { describe } from "vitest";
import { judge } from "./judge.ts";
import { scenes } from "./scenes.ts";
import { openEndpointTarget } from "./targets/endpoint.ts";

describe.skipIf(process.platform !== "linux")("conformance, isolation none", () => {
  judge({
    ...{ title: "none", open: () => openEndpointTarget("none"), scenes },
    expectation: ({ is, none }) => (none === undefined ? is : { skip: none }),
  });
});
