// How long tests wait for what processes do.

/** For `vi.waitFor`: looks often, and gives up only where it will not happen, on a machine with other work too. */
export const soon = { interval: 5, timeout: 15_000 } as const;
