// Runs the benchmarks, prints their figures, and writes them to bench/README.md. `node bench/run.js startup` runs one and writes nothing.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
const [name] = process.argv.slice(2);

if (name !== undefined) {
  if (!Object.hasOwn(benchmarks, name)) throw new Error(`There is no ${name}: ${Object.keys(benchmarks).join(", ")}.`);
  process.stderr.write(`measuring ${name} …\n`);
  process.stdout.write(`${render(await benchmarks[name]())}\n`);
} else {
  // Each in a process of its own: a large one takes milliseconds longer to start a small one.
  const sections = [];
  for (const each of Object.keys(benchmarks)) {
    const section = execFileSync(process.execPath, [fileURLToPath(import.meta.url), each], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.stdout.write(section);
    sections.push(section.trimEnd());
  }
  const head = `# Figures

Measured by \`npm run bench\` on ${machine()}; each figure beside its baseline, in turns, in the same run. Ratios carry over to other
machines, milliseconds don't. Medians, unless a line says otherwise.
`;
  writeFileSync(new URL("README.md", import.meta.url), `${head}\n${sections.join("\n\n")}\n`);
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
