// Where AWS calls go.

/** Credentials as AWS hands them out. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** An endpoint's address without what somebody has put into it to get in: that is shown to nobody. */
export function endpointName(endpoint: string): string {
  return endpoint.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

/**
 * AWS itself, or an endpoint that behaves like it. Nothing behind this value asks whether it is local: only the endpoint and the
 * credentials differ.
 */
export interface Target {
  /** Every command has one region; those over several start from this. */
  readonly region: string;
  /** For every service at once; absent for AWS's own endpoints. */
  readonly endpoint?: string | undefined;
  /** Absent where the SDK's credential chain is to find them. */
  readonly credentials?: Credentials | undefined;
  readonly profile?: string | undefined;
  /** Sent along with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
