#!/usr/bin/env node
// Answers --version at once, says in words what is missing, and otherwise hands over to the bundle.
// CommonJS (bin/package.json): loading an ES module alone costs a tenth of an empty Node's start, and an old Node gets far enough to be told.
"use strict";
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const [major, minor] = process.versions.node.split(".").map(Number);

if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  process.stdout.write(`${JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version}\n`);
} else if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `lambda-ext needs Node.js 20.19 or newer and this is ${process.versions.node}. Install a newer one: https://nodejs.org`,
  );
} else if (!existsSync(join(root, "dist", "main.js"))) {
  fail("lambda-ext has not been bundled yet: dist/main.js is missing. In a clone, run: npm ci && npm run bundle");
} else {
  import("../dist/main.js").then(async ({ main }) => {
    process.exitCode = await main();
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
