// The contract, judged on our endpoint where functions have a place of their own: with bubblewrap, and with util-linux where all levels are wanted.
import { describe } from "vitest";
import { levels } from "../execution/support/levels.ts";
import { judge } from "./judge.ts";
import { scenes } from "./scenes.ts";
import { openEndpointTarget } from "./targets/endpoint.ts";

for (const { level, skip, why } of levels) {
  // It has a file of its own: the two are played at the same time.
  if (level === "none") continue;
  describe.skipIf(skip)(`conformance, isolation ${level}${why}`, () => {
    judge({ title: level, open: () => openEndpointTarget(level), scenes, expectation: ({ is }) => is });
  });
}
