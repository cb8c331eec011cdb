// Asks a person to choose, on a terminal.
import { createInterface } from "node:readline/promises";
import { interruptedError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";

/** One of the things to choose from. */
export interface Choice {
  /** What is typed, and given back. */
  readonly id: string;
  readonly summary: string;
}

/** Where the person sits. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Lists the choices and asks until one has been named, by its number or its name.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export async function choose(title: string, choices: readonly Choice[], terminal: Terminal): Promise<string> {
  const { input, output, signal } = terminal;
  const width = Math.max(...choices.map(({ id }) => id.length));
  const list = choices.map(({ id, summary }, index) => `  ${index + 1}  ${id.padEnd(width)}  ${summary}\n`);
  output.write(`${title}\n${list.join("")}`);

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
    for (;;) {
      const answer = await Promise.race([lines.question("Number or name: ", { signal }), ended]);
      const found = pick(answer.trim(), choices);
      if (found) return found.id;
      const meant = nearest(
        answer.trim(),
        choices.map(({ id }) => id),
      );
      output.write(
        meant ? `Did you mean ${meant}?\n` : `A number from 1 to ${choices.length}, or a name from the list.\n`,
      );
    }
  } finally {
    lines.removeAllListeners("close");
    lines.close();
  }
}

function pick(answer: string, choices: readonly Choice[]): Choice | undefined {
  return choices.find(({ id }, index) => answer === id || answer === `${index + 1}`);
}
