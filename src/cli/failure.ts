// The one boundary for errors: what a person sees, what a program gets, and the exit status.
import type { ChalkInstance } from "chalk";
import { interruptedError, LambdaExtError, toolError } from "../model/errors.ts";

/** What `--json` prints where there is no result. */
export interface FailureDocument {
  readonly schemaVersion: 1;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** How a failed command ends. */
export interface Failure {
  readonly exitCode: number;
  readonly document: FailureDocument;
  readonly text: string;
}

const exitCodes = { usage: 2, tool: 1, remote: 1, interrupted: 130 } as const;

interface FailureOptions {
  readonly colors: ChalkInstance;
  readonly verbose: boolean;
  /** The command was being ended by Ctrl-C when this was thrown: whatever broke, broke because of that. */
  readonly interrupted: boolean;
}

/** Turns anything thrown into words, a document and an exit status. */
export function describeFailure(thrown: unknown, options: FailureOptions): Failure {
  const error = classify(thrown, options.interrupted);
  const { colors } = options;
  const lines = [`${colors.red("✗")} ${error.message}`];
  if (error.hint) lines.push(`  ${error.hint}`);
  if (options.verbose) lines.push(...stacks(thrown).map((stack) => colors.dim(stack)));
  return {
    exitCode: exitCodes[error.kind],
    document: { schemaVersion: 1, error: { code: error.code, message: error.message, hint: error.hint ?? "" } },
    text: `${lines.join("\n")}\n`,
  };
}

function classify(thrown: unknown, interrupted: boolean): LambdaExtError {
  if (interrupted) return interruptedError(thrown);
  if (thrown instanceof LambdaExtError) return thrown;
  if (isSystemError(thrown)) {
    return toolError(`This machine refused: ${thrown.message}.`, {
      code: thrown.code,
      hint: systemHints[thrown.code] ?? "Mend that, and run it again.",
      cause: thrown,
    });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LambdaExtError("tool", `This is a bug in lambda-ext: ${message}`, {
    code: "InternalError",
    hint: "Run it again with --verbose and report what it prints.",
    cause: thrown,
  });
}

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room, and run it again.",
  EDQUOT: "Your quota is used up: make room, and run it again.",
  EACCES: "You may not do that there: choose another folder, or change its permissions.",
  EPERM: "You may not do that there: choose another folder, or change its permissions.",
  EROFS: "That file system is read-only: choose another folder.",
  EMFILE: "Too many files are open: raise the limit (ulimit -n), and run it again.",
};

/** The operating system's own refusals (a full disk, a folder of somebody else's), which are nobody's bug. */
function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException & { code: string } {
  return thrown instanceof Error && "syscall" in thrown && "code" in thrown && typeof thrown.code === "string";
}

function stacks(thrown: unknown): string[] {
  const found: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause) found.push(error.stack ?? error.message);
  return found;
}
