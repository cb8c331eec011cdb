// Writes to the standard streams and waits until the bytes are out, so that an exit right after loses none.
import type { Outcome } from "./command.ts";

/** Writes all of it; a reader that has gone (`| head`) is no error of ours. */
export function write(stream: NodeJS.WritableStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}

/** Prints what a command ended with: its document under `--json`, its text otherwise. */
export async function printOutcome(stream: NodeJS.WritableStream, outcome: Outcome, json: boolean): Promise<void> {
  if (json) {
    if (outcome.document) await write(stream, `${JSON.stringify(outcome.document, null, 2)}\n`);
  } else if (typeof outcome.text === "string") {
    if (outcome.text !== "") await write(stream, endLine(outcome.text));
  } else if (outcome.text) {
    await write(stream, outcome.text);
  }
}

/** The text with a newline at its end, added where it has none. */
export function endLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
