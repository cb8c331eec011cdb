// Lets changes to one resource happen one after the other.

/** Runs what has the same key in the order of arrival. */
export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Runs `change` when those before it under this key have ended, well or not. */
  run<T>(key: string, change: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const mine = before.then(change, change);
    const tail = mine.catch(() => {});
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    return mine;
  }
}
