// A timer that stands still while its environment is frozen: a listener that is stopped is not late.

/** One timer at a time; a second `start` takes the first one's place. */
export class PausableTimer {
  private planned: { readonly milliseconds: number; readonly then: () => void } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private paused = false;

  /** After so long, not counting pauses. */
  start(milliseconds: number, then: () => void): void {
    this.clear();
    this.planned = { milliseconds, then };
    if (!this.paused) this.run();
  }

  clear(): void {
    clearTimeout(this.timer);
    this.planned = undefined;
  }

  pause(): void {
    this.paused = true;
    clearTimeout(this.timer);
  }

  /** Goes on with the whole time: the process behind it has just woken up. */
  resume(): void {
    this.paused = false;
    if (this.planned) this.run();
  }

  private run(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const then = this.planned?.then;
      this.planned = undefined;
      then?.();
    }, this.planned?.milliseconds);
    // What waits here keeps nobody from ending.
    this.timer.unref();
  }
}
