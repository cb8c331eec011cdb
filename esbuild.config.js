// Bundles src/ into dist/, with the licence texts of all that goes in; --if-stale does nothing where dist/ is newer than its sources.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const marker = join(dist, "THIRD-PARTY-NOTICES.txt");

if (process.argv.includes("--if-stale") && isFresh()) process.exit(0);

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts", "endpoint-process": "src/cli/endpoint-process.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  chunkNames: "chunks/[name]-[hash]",
  // The SDK's ES build: esbuild's default for platform=node takes the CommonJS one, which is twice as slow to load.
  mainFields: ["module", "main"],
  legalComments: "none",
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  logLevel: "warning",
  // commander is CommonJS and requires node:events; an ES module has no require of its own.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
});
writeFileSync(marker, notices(Object.keys(metafile.inputs)));

function isFresh() {
  if (!existsSync(marker)) return false;
  const built = statSync(marker).mtimeMs;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return [...sources, join(root, "package-lock.json")].every((file) => statSync(file).mtimeMs <= built);
}

function notices(inputs) {
  const packages = new Map();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.set(match[1], readPackage(resolve(root, match[1])));
  }
  const texts = [...new Set(packages.values())].sort();
  return `lambda-ext contains the following packages.\n\n${texts.join("\n\n----\n\n")}\n`;
}

function readPackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${license}`;
  return `${name} ${version}\n\n${text}`;
}
