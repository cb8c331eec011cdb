// Waits until something holds, or until a failure comes first.

/** What a phase waits for. Only one may be waited for at a time. */
export class Condition<Failed> {
  private failure: Failed | undefined;
  private expected:
    | { readonly holds: () => boolean; readonly resolve: (failure: Failed | undefined) => void }
    | undefined;

  /** What failed first; undefined while nothing has. */
  get failed(): Failed | undefined {
    return this.failure;
  }

  /** Something has changed: look again. */
  check(): void {
    if (this.expected?.holds()) this.settle(undefined);
  }

  /** Something has failed: whoever waits is told, and whoever will wait too. Later failures are consequences and don't count. */
  fail(failure: Failed): void {
    this.failure ??= failure;
    this.settle(this.failure);
  }

  /** Resolves to undefined when it holds, else to the failure. */
  until(holds: () => boolean): Promise<Failed | undefined> {
    if (this.failure !== undefined) return Promise.resolve(this.failure);
    if (holds()) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.expected = { holds, resolve };
    });
  }

  private settle(failure: Failed | undefined): void {
    const { expected } = this;
    this.expected = undefined;
    expected?.resolve(failure);
  }
}
