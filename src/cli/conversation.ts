// Lines typed by a person, until there is an answer or Ctrl-C.
import { createInterface } from "node:readline/promises";
import { interruptedError } from "../model/errors.ts";

/** Where the person sits. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Talks: `talk` gets a function that asks one question and gives back what was typed, trimmed.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export async function converse<T>(
  { input, output, signal }: Terminal,
  talk: (question: (text: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const lines = createInterface({ input, output });
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(interruptedError());
    // A terminal in raw mode gives Ctrl-C to readline, not to the process.
    lines.once("SIGINT", end);
    lines.once("close", end);
  });
  // What is said next begins on a line of its own.
  ended.catch(() => output.write("\n"));
  try {
    return await talk(async (text) => (await Promise.race([lines.question(text, { signal }), ended])).trim());
  } finally {
    // readline listens too: without its own, each conversation would echo every key once more than the one before.
    lines.removeListener("close", end);
    lines.close();
  }
}
