// What `lambda-ext build` costs beyond the compiler: both architectures, nothing changed, and one line changed.
import { join } from "node:path";
import { interleave, median, milliseconds, times } from "./measure.js";
import { buildByHand, changeOneLine, workspace, zipByHand } from "./workspace.js";

const name = "bench-extension";

/** Measures warm builds. */
export async function build() {
  const { folder, lambdaExt, remove } = workspace();
  try {
    for (const project of ["ours", "by-hand"])
      await lambdaExt(["init", project, "--template", "parameter-store", "--name", name]);
    const ours = join(folder, "ours");
    const byHand = join(folder, "by-hand");
    const out = join(folder, "out");
    const unchanged = await interleave(
      {
        theirs: () => buildByHand(byHand, name, out),
        ours: () => lambdaExt(["build", "--quiet"], ours),
      },
      15,
    );
    const changed = await interleave(
      {
        theirs: async (round) => {
          changeOneLine(byHand, `by hand ${process.pid} ${round}`);
          await buildByHand(byHand, name, out);
          await zipByHand(out);
        },
        ours: async (round) => {
          changeOneLine(ours, `ours ${process.pid} ${round}`);
          await lambdaExt(["build", "--quiet"], ours);
        },
      },
      10,
    );
    return report(unchanged, changed);
  } finally {
    remove();
  }
}

function report(unchanged, changed) {
  const row = (title, { theirs, ours }) => [
    title,
    milliseconds(median(theirs)),
    milliseconds(median(ours)),
    times(median(ours) / median(theirs)),
  ];
  const unchangedRatio = median(unchanged.ours) / median(unchanged.theirs);
  const changedRatio = median(changed.ours) / median(changed.theirs);
  return {
    title: "Build",
    text:
      "The `parameter-store` template for both architectures with a warm Go cache, against the two `go build` commands with the same flags, one after the other, " +
      "and for a changed line `zip -9` of each.",
    rows: [
      ["", "by hand", "`lambda-ext build`", "ratio"],
      row("nothing changed", unchanged),
      row("one line changed", changed),
    ],
    aims: [
      { aim: "unchanged at most 1.15× of the two builds", reached: times(unchangedRatio), met: unchangedRatio <= 1.15 },
      {
        aim: "changed at most 1.15× of the builds and `zip -9`",
        reached: times(changedRatio),
        met: changedRatio <= 1.15,
      },
    ],
  };
}
