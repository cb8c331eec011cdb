// Asks a person to choose, on a terminal.
import { nearest } from "../model/nearest.ts";
import { converse, type Terminal } from "./conversation.ts";

/** One of the things to choose from. */
export interface Choice {
  /** What is typed, and given back. */
  readonly id: string;
  readonly summary: string;
}

/**
 * Lists the choices and asks until one has been named, by its number or its name.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export async function choose(title: string, choices: readonly Choice[], terminal: Terminal): Promise<string> {
  const { output } = terminal;
  const ids = choices.map(({ id }) => id);
  const width = Math.max(...ids.map((id) => id.length));
  const list = choices.map(({ id, summary }, index) => `  ${index + 1}  ${id.padEnd(width)}  ${summary}\n`);
  output.write(`${title}\n${list.join("")}`);
  return converse(terminal, async (ask) => {
    for (;;) {
      const answer = await ask("Number or name: ");
      const found = ids.find((id, index) => answer === id || answer === `${index + 1}`);
      if (found !== undefined) return found;
      const meant = nearest(answer, ids);
      output.write(
        meant ? `Did you mean ${meant}?\n` : `A number from 1 to ${choices.length}, or a name from the list.\n`,
      );
    }
  });
}

/** A question for a line of text. */
export interface Question {
  readonly what: string;
  /** What an empty line means. */
  readonly usual: string;
  /** What is shown for it, where it says little by itself. */
  readonly shown?: string;
  /** Why an answer cannot be taken; undefined where it can. */
  wrong(answer: string): string | undefined;
}

/**
 * Asks until the answer can be taken.
 * @throws interruptedError on Ctrl-C, and where the input ends.
 */
export async function askFor({ what, usual, shown = usual, wrong }: Question, terminal: Terminal): Promise<string> {
  return converse(terminal, async (ask) => {
    for (;;) {
      const answer = await ask(`${what} [${shown}]: `);
      if (answer === "") return usual;
      const reason = wrong(answer);
      if (reason === undefined) return answer;
      terminal.output.write(`${reason}\n`);
    }
  });
}
