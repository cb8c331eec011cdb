// A timer that stands still while its environment is frozen: a listener that is stopped is not late.

/** One timer at a time; a second `start` takes the first one's place. */
export class PausableTimer {
  private onEnd: (() => void) | undefined;
  private remaining = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private paused = false;

  /** After so long, not counting pauses. */
  start(milliseconds: number, onEnd: () => void): void {
    this.clear();
    this.remaining = milliseconds;
    this.onEnd = onEnd;
    if (!this.paused) this.run();
  }

  clear(): void {
    clearTimeout(this.timer);
    this.onEnd = undefined;
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    clearTimeout(this.timer);
    // Many short wakes add up.
    this.remaining -= performance.now() - this.startedAt;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.onEnd) this.run();
  }

  private run(): void {
    this.startedAt = performance.now();
    this.timer = setTimeout(
      () => {
        const { onEnd } = this;
        this.onEnd = undefined;
        onEnd?.();
      },
      Math.max(0, this.remaining),
    );
    // What waits here keeps nobody from ending.
    this.timer.unref();
  }
}
