// What the leader of a folder tells those who ask.

/** What decides whether a running endpoint is the wanted one. */
export interface EndpointIdentity {
  /** Of lambda-ext. */
  readonly version: string;
  readonly isolation: "auto" | "bwrap" | "none";
}

/** Answers to `ping`, and to the other verbs. */
export interface EndpointStatus extends EndpointIdentity {
  readonly url: string;
  readonly directory: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** It is ending, and will not take calls much longer. */
  readonly closing: boolean;
  /** Invocations and calls under way. */
  readonly active: number;
  readonly functions: number;
  /** Since anybody last wanted something. */
  readonly idleMilliseconds: number;
  /** After how much of that it ends by itself. */
  readonly idleLimitMilliseconds: number;
  /** What the execution side found out about the machine; absent until a function was run, or `inspect` asked. */
  readonly isolationLevel?: string | undefined;
}

/** What may be asked of the leader: a sign of life, the same with the isolation looked up, to end. */
export type Verb = "ping" | "inspect" | "stop";

/** The path of a verb. */
export function verbPath(verb: string): string {
  return `/_lambda-ext/endpoint/${verb}`;
}

/** Headers of the proofs, both ways. */
export const proofHeaders = { nonce: "x-lambda-ext-nonce", proof: "x-lambda-ext-proof" } as const;

/** What a command runs with, from its environment. */
export function wantedIdentity(env: NodeJS.ProcessEnv, version: string): EndpointIdentity {
  const isolation = env.LAMBDA_EXT_ISOLATION;
  return { version, isolation: isolation === "bwrap" || isolation === "none" ? isolation : "auto" };
}
