// What the leader of a folder tells those who ask.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot, packageVersion } from "../../model/package.ts";
import type { EndpointSettings } from "../settings.ts";
import type { EndpointWarning } from "./warnings.ts";

/** What a running endpoint was made from. */
export interface EndpointBuild {
  /** Of lambda-ext. */
  readonly version: string;
  /** Tells builds of one version apart: an endpoint whose bundle was replaced under it cannot load the rest of it. */
  readonly build: string;
}

/** Answers to `ping`, and to the other verbs. */
export interface EndpointStatus extends EndpointBuild {
  readonly settings: EndpointSettings;
  /** As text, and how many calls each has met. */
  readonly faults: readonly { readonly fault: string; readonly met: number }[];
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
  /** The newest, oldest first. */
  readonly warnings: readonly EndpointWarning[];
  /** What the execution side found out about the machine; absent until a function was run, or `inspect` asked. */
  readonly isolationLevel?: string | undefined;
  /** Why no function can be run with these settings, where that was found out in the same way. */
  readonly executionProblem?:
    | { readonly code: string; readonly message: string; readonly hint?: string | undefined }
    | undefined;
}

/** What may be asked of the leader: a sign of life, the same with the isolation looked up, to end. */
export type Verb = "ping" | "inspect" | "stop";

/** The path of a verb. */
export function verbPath(verb: string): string {
  return `/_lambda-ext/endpoint/${verb}`;
}

/** Asks what happened in an invocation. */
export function traceVerb(requestId: string): string {
  return `trace/${requestId}`;
}

/** Headers of the proofs, both ways. */
export const proofHeaders = { nonce: "x-lambda-ext-nonce", proof: "x-lambda-ext-proof" } as const;

/** What this command was made from. */
export function ownBuild(): EndpointBuild {
  return { version: packageVersion, build: buildOf(endpointEntry) };
}

/** The program that serves a folder in the background. */
export const endpointEntry: string = join(packageRoot, "dist", "endpoint-process.js");

/** Its file names the files of the whole bundle by their contents, so that its own hash stands for all. */
function buildOf(entry: string): string {
  try {
    return createHash("sha256").update(readFileSync(entry)).digest("hex").slice(0, 16);
  } catch {
    return "source";
  }
}
