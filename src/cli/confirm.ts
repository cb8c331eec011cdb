// Asks a person yes or no, on a terminal.
import { createInterface } from "node:readline/promises";
import { interruptedError } from "../model/errors.ts";
import type { Terminal } from "./ask.ts";

/**
 * Whether the answer begins with y; anything else, and an empty line, is no.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export async function confirm(question: string, { input, output, signal }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output });
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(interruptedError());
    // A terminal in raw mode gives Ctrl-C to readline, not to the process.
    lines.once("SIGINT", end);
    lines.once("close", end);
  });
  // What is said next begins on a line of its own.
  ended.catch(() => output.write("\n"));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.removeAllListeners("close");
    lines.close();
  }
}
