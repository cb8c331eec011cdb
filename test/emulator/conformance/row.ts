// The suite's vocabulary: a scene is a function with its extensions and what is done to it, a row is one line of the contract judged by it.
import type { Pattern } from "./pattern.ts";

/** What an actor does: exactly one of these, told apart by its key. The program is `actor/`. */
export interface Step {
  /** An HTTP call, `METHOD PATH`. Texts may hold {id}, {payload}, {identifier}, {event}, {port}, {name}: what was learnt before. */
  readonly call?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** So many bytes instead. */
  readonly bytes?: number;
  readonly chunked?: boolean;
  readonly trailers?: Readonly<Record<string, string>>;
  /** The connection ends in the middle of the body. */
  readonly cut?: boolean;
  /** Reports what came back, under this label. */
  readonly as?: string;
  /** Steps at the side. */
  readonly go?: readonly Step[];
  /** Milliseconds. */
  readonly wait?: number;
  /** Says to all actors of the scene, also after a reset, that something has come to pass; `until` waits for that. */
  readonly mark?: string;
  readonly until?: string;
  /** The first to get here plays `do`. */
  readonly once?: string;
  /** `event=SHUTDOWN`: plays `do` where it is so. */
  readonly if?: string;
  readonly do?: readonly Step[];
  readonly loop?: readonly Step[];
  readonly exit?: number;
  /** A signal to itself. */
  readonly kill?: "KILL" | "TERM" | "SEGV";
  /** Prints. */
  readonly say?: string;
  /** So often. */
  readonly times?: number;
  readonly stderr?: boolean;
  /** Opens a listener for telemetry on a free port; batches are reported as `events`. */
  readonly listen?: {
    readonly protocol: "HTTP" | "TCP";
    readonly host?: string;
    readonly status?: number;
    /** Milliseconds; -1: never answers. */
    readonly slow?: number;
    /** So many batches are answered 500. */
    readonly refuse?: number;
  };
  /** Reports variables, arguments and folder under this label. */
  readonly facts?: string;
  /** Writes a file and reports under `write` what came of it. */
  readonly write?: string;
  /** Played at SIGTERM, which then does not end the actor. */
  readonly onTerm?: readonly Step[];
  readonly hang?: true;
}

/** A file in a layer or in the code. */
export interface SceneFile {
  readonly content: string;
  /** 0755 unless said otherwise. */
  readonly mode?: number;
}

/** What is done to the function. */
export type Act =
  /** Invokes it; the answer is kept under `as`. */
  | {
      readonly invoke: string;
      readonly as: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Appended to the path. */
      readonly query?: string;
      readonly stream?: true;
      /** Another function's name. */
      readonly name?: string;
      /** A payload of so many bytes instead. */
      readonly bytes?: number;
      /** Does not wait for the answer. */
      readonly aside?: true;
    }
  /** Milliseconds. */
  | { readonly wait: number }
  /** Waits, 10 s at most, until the person who runs the target was told something with this text. */
  | { readonly untilWarning: string };

/** A function, what its programs do, and what is done to it. In the end it is always shut down. */
export interface Scene {
  readonly name: string;
  /** The runtime's script; `serve` without. Null: the code has no bootstrap. */
  readonly runtime?: readonly Step[] | null;
  /** By file name in /opt/extensions. */
  readonly extensions?: Readonly<Record<string, readonly Step[]>>;
  /** Further files of a layer, below /opt; a string is a program's content. */
  readonly layer?: Readonly<Record<string, SceneFile>>;
  readonly code?: Readonly<Record<string, SceneFile>>;
  /** Seconds; 10 without. */
  readonly timeout?: number;
  readonly memory?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Milliseconds of INIT; Lambda's 10,000 without. */
  readonly init?: number;
  /** How many environments at a time: one unless said otherwise, so that what comes after a reset finds the same /tmp. */
  readonly concurrency?: number;
  /** Not frozen between invocations, for what happens there. */
  readonly awake?: true;
  readonly acts: readonly Act[];
  readonly rows: readonly Row[];
}

/** One line of the contract, as this scene shows it. */
export interface Row {
  /** The contract's line (`lines.ts`), and behind a colon what of it. */
  readonly id: string;
  /**
   * Where to look: `ACTOR.LABEL` (the first report; `ACTOR.LABEL*` all of them), `answer.LABEL`, `log` (lines), `events.ACTOR` (what its
   * listener got), `batches.ACTOR`, `reports` (everybody's, in order), `ids` (of the invocation, wherever one is said), `warnings`.
   */
  readonly look: string;
  readonly is: Pattern;
  /** What isolation `none` can't do, and why. */
  readonly none?: string;
  /** AWS's emulator: without, the same. */
  readonly rie?: RieDifference | NotJudged | undefined;
}

/** AWS's emulator does something else, as the contract says. */
export interface RieDifference {
  /** The contract's section or its last table's topic. */
  readonly differs: string;
  readonly is: Pattern;
}

/** Why nobody can say. */
export interface NotJudged {
  readonly notJudged: string;
}
