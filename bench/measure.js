// Times things side by side: variants take turns, so that a noisy moment of the machine falls on all of them.
import { spawn } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { performance } from "node:perf_hooks";

/**
 * Runs every variant `rounds` times in turns, after one unmeasured round.
 * @param {Record<string, (round: number) => Promise<unknown> | unknown>} variants
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>} milliseconds
 */
export async function interleave(variants, rounds) {
  const measured = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const start = performance.now();
      await run(round);
      if (round > 0) measured[name].push(performance.now() - start);
    }
  }
  return measured;
}

/** The value below which `share` of the numbers lie. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (numbers) => quantile(numbers, 0.5);

/** Runs a program to its end; throws with what it said where it fails. */
export function run(command, argv, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`${command} ${argv.join(" ")}: ${code}\n${stdout}${stderr}`)),
    );
  });
}

export const milliseconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const times = (value) => `${value.toFixed(2)}×`;

/** What the figures were measured on. */
export function machine() {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
