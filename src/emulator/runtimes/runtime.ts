// What starting a function's runtime takes, the same for all of them.
import type { SandboxPaths } from "../sandbox/sandbox.ts";

/** Where a function's files lie: as its processes see them, and on this machine. */
export interface FunctionView {
  readonly paths: SandboxPaths;
  readonly taskFolder: string;
  readonly optFolder: string;
  /** The function's `handler`. */
  readonly handler: string;
  /** MB. */
  readonly memorySize: number;
  /** The customer's variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A runtime's command. */
export interface RuntimeCommand {
  readonly argv: readonly [string, ...string[]];
  /** Those that it has beside every function's. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A runtime as it is found on this machine. */
export interface RuntimeSupport {
  /** As INIT_START names it, e.g. `nodejs:20.local`: there is no version of AWS's here. */
  readonly label: string;
  /** Lambda's own bootstrap, which honours AWS_LAMBDA_EXEC_WRAPPER, starts it. */
  readonly managed: boolean;
  /** Becomes /var/runtime; absent where nothing lies there. */
  readonly folder?: string | undefined;
  /** Folders of this machine that the interpreter needs where they are. */
  readonly keep: readonly string[];
  /** What lies in /var/lang/bin: name → program of this machine. */
  readonly languagePrograms: Readonly<Record<string, string>>;
  /** The command, or why there is none, as Lambda's `Runtime.InvalidEntrypoint` words it. */
  command(view: FunctionView): RuntimeCommand | { readonly problem: string };
}
