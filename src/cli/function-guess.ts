// Guesses a function's runtime and handler from the files at the root of its code.

/** What was guessed; undefined members have to be said. */
export interface FunctionGuess {
  readonly runtime: string | undefined;
  readonly handler: string | undefined;
}

const node = "nodejs22.x";
const python = "python3.13";
const nothing: FunctionGuess = { runtime: undefined, handler: undefined };

/** `read` gives a root file's text. */
export async function guessFunction(
  names: readonly string[],
  read: (name: string) => Promise<string>,
): Promise<FunctionGuess> {
  const has = new Set(names);
  if (has.has("bootstrap")) return { runtime: "provided.al2023", handler: "bootstrap" };
  if (["index.mjs", "index.js", "index.cjs"].some((name) => has.has(name)))
    return { runtime: node, handler: "index.handler" };
  for (const name of ["lambda_function.py", "app.py", "main.py", "handler.py"]) {
    if (!has.has(name)) continue;
    const found = /^(?:async\s+)?def\s+(lambda_handler|handler)\s*\(/m.exec(await read(name))?.[1];
    return { runtime: python, handler: `${name.slice(0, -3)}.${found ?? "lambda_handler"}` };
  }
  return nothing;
}
