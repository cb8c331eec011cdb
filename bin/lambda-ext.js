#!/usr/bin/env node
// Answers --version at once, says in words what is missing, and otherwise hands over to the bundle.
import { existsSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);

if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  process.stdout.write(`${JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version}\n`);
} else if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `lambda-ext needs Node.js 20.19 or newer and this is ${process.versions.node}. Install a newer one: https://nodejs.org`,
  );
} else if (!existsSync(new URL("dist/main.js", root))) {
  fail("lambda-ext has not been bundled yet: dist/main.js is missing. In a clone, run: npm ci && npm run bundle");
} else {
  // No top-level await: an old Node must get far enough to be told that it is old.
  import("../dist/main.js").then(async ({ main }) => {
    process.exitCode = await main();
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
