// Makes dist/ from src/: the bundle, the licence texts of all that goes in, the library's declarations. --if-stale does nothing where
// dist/ is newer than its sources.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
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
  entryPoints: {
    main: "src/cli/main.ts",
    "endpoint-process": "src/cli/endpoint-process.ts",
    emulator: "src/emulator/library.ts",
  },
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
declare("emulator/library", "emulator");
writeFileSync(marker, notices(Object.keys(metafile.inputs)));

function isFresh() {
  if (!existsSync(marker)) return false;
  const built = statSync(marker).mtimeMs;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return [...sources, join(root, "package-lock.json")].every((file) => statSync(file).mtimeMs <= built);
}

/** One file of declarations, which names no other: what `library.ts` promises. */
function declare(source, target) {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-declarations-"));
  try {
    const flags =
      "--ignoreConfig --declaration --emitDeclarationOnly --strict --skipLibCheck --allowImportingTsExtensions";
    const places = [
      "--types",
      "node",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--rootDir",
      "src",
      "--outDir",
      folder,
    ];
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const args = [compiler, ...flags.split(" "), ...places, `src/${source}.ts`];
    execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" });
    const file = join(folder, `${source}.d.ts`);
    if (/\bfrom ["']|\bimport\(/.test(readFileSync(file, "utf8")))
      throw new Error(`${source}.ts names types of other files`);
    copyFileSync(file, join(dist, `${target}.d.ts`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
