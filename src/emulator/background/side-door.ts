// The leader's side of what commands ask of it, under paths of its own beside the AWS services.
import type { IncomingMessage } from "node:http";
import type { InvocationTrace } from "../../model/invocation-trace.ts";
import type { Answer } from "../wire/protocol.ts";
import type { Leader } from "./leader-file.ts";
import { isProof, prove } from "./proof.ts";
import { type EndpointStatus, proofHeaders, traceVerb, type Verb, verbPath } from "./status.ts";

type Status = () => EndpointStatus | Promise<EndpointStatus>;

interface Verbs extends Readonly<Record<Verb, Status>> {
  /** What happened in an invocation; undefined for an unknown one. Absent where nothing is invoked. */
  readonly trace?: ((requestId: string) => Promise<InvocationTrace | undefined>) | undefined;
}

/** Answers a verb for whoever has read the leader's file; undefined for everything else. */
export async function answerVerb(
  request: IncomingMessage,
  path: string,
  { leader, verbs }: { readonly leader: Leader; readonly verbs: Verbs },
): Promise<Answer | undefined> {
  const asked = readQuestion(path, verbs);
  if (!asked || request.method !== "POST") return undefined;
  const nonce = request.headers[proofHeaders.nonce];
  if (!isProof(leader.token, `${asked.words} ${nonce}`, request.headers[proofHeaders.proof])) {
    return { status: 403, body: "" };
  }
  const { status, body } = await run(asked.answer);
  const proof = prove(leader.token, `${nonce} ${body}`);
  return { status, headers: { "content-type": "application/json", [proofHeaders.proof]: proof }, body };
}

interface Asked {
  /** What the proof is about. */
  readonly words: string;
  readonly answer: () => unknown;
}

function readQuestion(path: string, verbs: Verbs): Asked | undefined {
  const verb = (["ping", "inspect", "stop"] as const).find((one) => verbPath(one) === path);
  if (verb) return { words: verb, answer: verbs[verb] };
  const { trace } = verbs;
  const requestId = path.startsWith(verbPath(traceVerb(""))) ? path.slice(verbPath(traceVerb("")).length) : "";
  if (!trace || !/^[\w-]{1,64}$/.test(requestId)) return undefined;
  return { words: traceVerb(requestId), answer: async () => (await trace(requestId)) ?? null };
}

/** A leader that fails is still the leader, and has to prove it: who took it for dead would become a second one. */
async function run(answer: Asked["answer"]): Promise<{ readonly status: number; readonly body: string }> {
  try {
    return { status: 200, body: JSON.stringify(await answer()) };
  } catch (error) {
    return { status: 500, body: error instanceof Error ? error.message : String(error) };
  }
}
