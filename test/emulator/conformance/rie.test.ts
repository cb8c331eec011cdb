// The same rows on AWS's public emulator: what differs must be what the contract says of it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { packageRoot } from "../../../src/model/package.ts";
import { bubblewrapWorks } from "../../support/tools.ts";
import { judge } from "./judge.ts";
import { scenes } from "./scenes.ts";
import { openRieTarget, rieVariable } from "./targets/rie.ts";

const binary = process.env[rieVariable] ?? "";
/** Its version, and the wish that the results be written down. */
const version = process.env.LAMBDA_EXT_TEST_RIE_VERSION;

const equal: string[] = [];
const differing: Record<string, string[]> = {};
const notJudged: Record<string, string> = {};
const wrong: string[] = [];

const title = "conformance, AWS's emulator";

if (binary === "" || !bubblewrapWorks()) {
  test.skip(`${title} (needs bubblewrap, and its binary's path in ${rieVariable})`, () => {});
} else {
  describe(title, () => {
    judge({
      title: "AWS's emulator",
      open: () => openRieTarget(binary),
      scenes: scenes.filter(({ rows }) => rows.some(({ rie }) => !rie || "differs" in rie)),
      expectation({ id, is, rie }) {
        if (!rie) return is;
        if ("differs" in rie) return rie.is;
        notJudged[id] = rie.notJudged;
        return { skip: rie.notJudged };
      },
      onJudged({ id, rie }, problem) {
        if (problem) wrong.push(id);
        else if (rie && "differs" in rie) differing[rie.differs] = [...(differing[rie.differs] ?? []), id];
        else equal.push(id);
      },
      async onEnd() {
        if (!version) return;
        const judged = equal.length + Object.values(differing).flat().length;
        const counts = { judged, equal: equal.length, differing: judged - equal.length, wrong };
        const results = {
          program: "aws-lambda-runtime-interface-emulator",
          version,
          ...counts,
          differences: differing,
          notJudged,
        };
        const file = join(packageRoot, "test", "emulator", "conformance", "rie-results.json");
        await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
      },
    });
  });
}
