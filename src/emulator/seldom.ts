// Says the same thing at most once a minute: what happens a thousand times a second is worth one line.

const pauseMilliseconds = 60_000;

/** A way of telling that keeps quiet about what it has just told. */
export function seldom(tell: (message: string) => void, now: () => number): (message: string) => void {
  const told = new Map<string, number>();
  return (message) => {
    const at = now();
    for (const [before, time] of told) if (at - time >= pauseMilliseconds) told.delete(before);
    if (told.has(message)) return;
    told.set(message, at);
    tell(message);
  };
}
