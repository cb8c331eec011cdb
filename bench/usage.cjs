// Loaded into a program that is measured: leaves its peak memory (kilobytes) and its CPU time (microseconds) in a file when it ends.
const { appendFileSync } = require("node:fs");

process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  appendFileSync(process.env.BENCH_USAGE_FILE, `${maxRSS} ${userCPUTime + systemCPUTime}\n`);
});
