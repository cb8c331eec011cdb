// What the endpoint has warned of lately, for whoever asks: the process in the background has no terminal.

/** A warning, and when it was given. */
export interface EndpointWarning {
  /** ISO 8601. */
  readonly at: string;
  readonly message: string;
}

/** More would not be read. */
const most = 20;
/** All of them fit into a leader's answer. */
const mostCharacters = 500;

/** The newest warnings, oldest first. */
export class RecentWarnings {
  private kept: readonly EndpointWarning[] = [];

  /** Takes one, at a time in epoch milliseconds. */
  add(message: string, now: number): void {
    const warning = { at: new Date(now).toISOString(), message: message.slice(0, mostCharacters) };
    this.kept = [...this.kept, warning].slice(-most);
  }

  get all(): readonly EndpointWarning[] {
    return this.kept;
  }
}
