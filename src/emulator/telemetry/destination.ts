// How a batch reaches its listener, whichever protocol that speaks.

/** Where a subscriber's batches go. */
export interface Destination {
  /** Resolves when the listener has taken the events, each one JSON; rejects with the reason where it has not. */
  send(events: readonly string[], signal: AbortSignal): Promise<void>;
  /** Gives its connections back. */
  close(): void;
}
