// Asks a person yes or no, on a terminal.
import { converse, type Terminal } from "./conversation.ts";

/**
 * Whether the answer is y or yes; anything else, and an empty line, is no.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export function confirm(question: string, terminal: Terminal): Promise<boolean> {
  return converse(terminal, async (ask) => /^y(es)?$/i.test(await ask(`${question} [y/N] `)));
}
