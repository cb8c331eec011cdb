// What a command line needs of IAM: actions, on which resources, under which circumstances.
import type { Project } from "../../project/project.ts";
import type { Globals } from "../globals.ts";

/** A command line that is about to be run, as its command would read it. */
export interface CommandLine {
  readonly command: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What stands there without a flag; a list where there can be several. */
  readonly args: readonly unknown[];
  readonly globals: Globals;
  readonly env: NodeJS.ProcessEnv;
  readonly project: Project;
  /** The project's name as its layers have it; undefined where nothing is built or configured that would say it. */
  readonly projectName: string | undefined;
}

/** Where its calls go. */
export interface Place {
  readonly partition: string;
  /** `*` for every one. */
  readonly account: string;
  /** `["*"]` for every one, or where nothing says which. */
  readonly regions: readonly string[];
}

/** Some resources that a command line is about. */
export interface Resources {
  /** For a table: `the layers`. */
  readonly words: string;
  /** For the statement's id: `Layers`. */
  readonly sid: string;
  /** Patterns of ARNs. */
  arns(line: CommandLine, place: Place): readonly string[];
}

/** Something that a command does in some of its runs alone. */
export interface Branch {
  /** For a table: `with --used-by`. */
  readonly words: string;
  holds(line: CommandLine): boolean;
}

/** One permission or several, on the same resources. */
export interface Need {
  readonly actions: readonly string[];
  readonly on: Resources;
  /** Always without. */
  readonly when?: Branch;
  /** IAM's condition, which narrows an action further than its resources do. */
  condition?(line: CommandLine, place: Place): object;
}
