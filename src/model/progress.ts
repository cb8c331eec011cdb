// How a stage tells a person what it is doing, without knowing whether anybody looks.

/** One piece of work that takes a while. */
export interface Task {
  /** Replaces the words while it runs. */
  update(message: string): void;
  /** Ends it; the words, where given, stay on the screen. */
  done(message?: string): void;
}

/** The story of a command, on stderr. */
export interface Progress {
  /** Something takes a while: shown as running until it is done. */
  start(message: string): Task;
  /** Something has been done. */
  step(message: string): void;
  /** Something that the person should know, and mend one day. */
  warn(message: string): void;
  /** For `--verbose` alone. */
  detail(message: string): void;
}

/** Says nothing. */
export const silent: Progress = {
  start: () => ({ update: () => {}, done: () => {} }),
  step: () => {},
  warn: () => {},
  detail: () => {},
};
