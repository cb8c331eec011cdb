// Runs the benchmarks, prints their figures, and writes them to bench/README.md. `node bench/run.js startup` runs one and writes nothing.
import { writeFileSync } from "node:fs";
import { build } from "./build.js";
import { cache } from "./cache.js";
import { emulator } from "./emulator.js";
import { extensions } from "./extensions.js";
import { invoke } from "./invoke.js";
import { job } from "./job.js";
import { machine } from "./measure.js";
import { parameterStore } from "./parameter-store.js";
import { proxy } from "./proxy.js";
import { publish } from "./publish.js";
import { startup } from "./startup.js";

const benchmarks = {
  ...{ startup, build, job, publish, invoke, emulator, proxy, cache, extensions },
  "parameter-store": parameterStore,
};
const wanted = process.argv.slice(2);

const sections = [];
for (const [name, measure] of Object.entries(benchmarks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  const section = render(await measure());
  process.stdout.write(`${section}\n`);
  sections.push(section);
}
if (wanted.length === 0) {
  const head = `# Figures

Measured by \`npm run bench\` on ${machine()}; each figure beside its baseline, in turns, in the same run. Ratios carry over to other
machines, milliseconds don't. Medians, unless a line says otherwise.
`;
  writeFileSync(new URL("README.md", import.meta.url), `${head}\n${sections.join("\n")}`);
}

function render({ title, text, rows, aims }) {
  const [header, ...body] = rows;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const table = [line(header), line(header.map(() => "---")), ...body.map(line)].join("\n");
  const list = aims
    .map(({ aim, reached, met }) => `- ${met ? "met" : "**missed**"}: ${aim}; reached ${reached}`)
    .join("\n");
  return `## ${title}\n\n${text}\n\n${table}\n\n${list}\n`;
}
