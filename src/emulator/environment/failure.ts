// What ends a generation of processes before its time, and what the caller of the function is told.
import type { Exit } from "../sandbox/sandbox.ts";

/** The first thing that went wrong; later ones are its consequences. */
export interface Failure {
  /** AWS's name, like `Extension.Crash`. */
  readonly errorType: string;
  /** The text in the caller's error body. */
  readonly text: string;
  readonly timedOut: boolean;
  /** What the runtime itself posted to `init/error`: the caller gets it as it is. */
  readonly body?: Buffer | undefined;
}

/** The platform's own error body. errorType goes first, as in AWS's core; runtimes put errorMessage first. */
export function errorBody(failure: Failure, requestId: string): Buffer {
  if (failure.body) return failure.body;
  const document = { errorType: failure.errorType, errorMessage: `RequestId: ${requestId} Error: ${failure.text}` };
  return Buffer.from(JSON.stringify(document));
}

/** A function that took longer than it may; seconds. */
export function timeoutFailure(seconds: number): Failure {
  return {
    errorType: "Sandbox.Timedout",
    text: `Task timed out after ${seconds.toFixed(2)} seconds`,
    timedOut: true,
  };
}

/** A file that could not be started. */
export function launchFailure(errorType: string, file: string, problem: string): Failure {
  return { errorType, text: `fork/exec ${file}: ${problem}`, timedOut: false };
}

/** A response that can't be passed on. The one that is too large is told without the request's id, as on AWS. */
export function spoiltFailure(errorType: string, text: string): Failure {
  if (errorType !== "Function.ResponseSizeTooLarge") return { errorType, text, timedOut: false };
  return { errorType, text, timedOut: false, body: Buffer.from(JSON.stringify({ errorType, errorMessage: text })) };
}

/** A runtime that ended, or could not even be started. */
export function runtimeExitFailure(exit: Exit): Failure {
  if (exit.startError) {
    return { errorType: "Runtime.InvalidEntrypoint", text: `fork/exec: ${exit.startError}`, timedOut: false };
  }
  const text =
    exit.code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: ${exitText(exit)}`;
  return { errorType: "Runtime.ExitError", text, timedOut: false };
}

/** An extension that ended, under the name of what it had reported before. */
export function extensionExitFailure(errorType: string, exit: Exit): Failure {
  return { errorType, text: exitText(exit), timedOut: false };
}

/** In the words of Go's os/exec, which AWS's core passes on. */
export function exitText({ code, signal, startError }: Exit): string {
  if (startError) return `fork/exec: ${startError}`;
  if (signal) return `signal: ${signalWords[signal] ?? signal}`;
  return code === 0 ? "exit code 0" : `exit status ${code}`;
}

const signalWords: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGHUP: "hangup",
  SIGILL: "illegal instruction",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGPIPE: "broken pipe",
  SIGQUIT: "quit",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
};
