// What it costs to start: --version and --help against an empty Node.
import { fileURLToPath } from "node:url";
import { interleave, median, milliseconds, run, times } from "./measure.js";

const bin = fileURLToPath(new URL("../bin/lambda-ext.js", import.meta.url));
const empty = "`node -e 0`";
const version = "`lambda-ext --version`";

/** Measures the start of the program. */
export async function startup() {
  const measured = await interleave(
    {
      [empty]: () => run(process.execPath, ["-e", "0"]),
      [version]: () => run(process.execPath, [bin, "--version"]),
      "`lambda-ext --help`": () => run(process.execPath, [bin, "--help"]),
    },
    40,
  );
  const base = median(measured[empty]);
  const ratio = median(measured[version]) / base;
  const rows = Object.entries(measured).map(([name, all]) => [
    name,
    milliseconds(median(all)),
    times(median(all) / base),
  ]);
  return {
    title: "Start",
    text: "Forty starts of each.",
    rows: [["", "time", "of `node -e 0`"], ...rows],
    aims: [{ aim: "`--version` at most 1.15× of `node -e 0`", reached: times(ratio), met: ratio <= 1.15 }],
  };
}
