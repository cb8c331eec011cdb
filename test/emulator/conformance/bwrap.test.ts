// The contract, judged on our endpoint with bubblewrap.
import { describe } from "vitest";
import { bubblewrapWorks } from "../../support/tools.ts";
import { judge } from "./judge.ts";
import { scenes } from "./scenes.ts";
import { openEndpointTarget } from "./targets/endpoint.ts";

describe.skipIf(!bubblewrapWorks())("conformance, isolation bwrap (needs bubblewrap)", () => {
  judge({ title: "bwrap", open: () => openEndpointTarget("bwrap"), scenes, expectation: ({ is }) => is });
});
