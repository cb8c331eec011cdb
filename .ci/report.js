// Counts the tests of a run, and fails where one was skipped without a line in the list of allowed skips.
import { existsSync, readFileSync } from "node:fs";

const [resultsFile = "", allowedFile = ""] = process.argv.slice(2);
if (!existsSync(resultsFile)) {
  console.log("the tests left no results");
  console.log("0 passed, 1 failed, 0 skipped");
  process.exit(1);
}

const results = JSON.parse(readFileSync(resultsFile, "utf8"));
const tests = results.testResults.flatMap((file) => file.assertionResults);
// A file that could not be loaded holds no tests and has failed all the same.
const broken = results.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
const count = (...statuses) => tests.filter((test) => statuses.includes(test.status)).length;
const skipped = tests.filter((test) => ["pending", "skipped", "todo", "disabled"].includes(test.status));

const allowed = readFileSync(allowedFile, "utf8")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" :: ")[0].trim());
const unexplained = skipped.filter((test) => !allowed.some((beginning) => test.fullName.startsWith(beginning)));
for (const test of unexplained) console.log(`skipped without a reason in ${allowedFile}: ${test.fullName}`);
for (const file of broken) console.log(`could not be run: ${file.name}`);

const failed = count("failed") + broken.length;
console.log(`${count("passed")} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed > 0 || unexplained.length > 0 || count("passed") === 0 ? 1 : 0);
