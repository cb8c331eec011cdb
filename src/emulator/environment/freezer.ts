// When an environment sleeps: a moment after an invocation, until the next one or the end.

/**
 * What comes so soon after an invocation finds everybody awake. Lambda doesn't freeze in no time either; and a loop of invocations is
 * spared a stop and a start of every process each time (0.1 ms in bwrap).
 */
const freezeMilliseconds = 1;

interface FreezerOptions {
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Decides when the processes are stopped, and when they go on. */
export class Freezer {
  private readonly options: FreezerOptions;
  /** Set while the environment is about to be frozen. */
  private freezing: NodeJS.Timeout | undefined;
  private frozen = false;

  constructor(options: FreezerOptions) {
    this.options = options;
  }

  /** In a moment, unless something comes before. */
  freezeSoon(): void {
    this.freezing = setTimeout(() => {
      this.freezing = undefined;
      this.frozen = true;
      this.options.freeze();
    }, freezeMilliseconds);
  }

  /** Everybody is awake from here on. */
  thaw(): void {
    clearTimeout(this.freezing);
    this.freezing = undefined;
    if (!this.frozen) return;
    this.frozen = false;
    this.options.thaw();
  }
}
