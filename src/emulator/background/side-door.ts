// The leader's side of what commands ask of it, under paths of its own beside the AWS services.
import type { IncomingMessage } from "node:http";
import type { Answer } from "../wire/protocol.ts";
import type { Leader } from "./leader-file.ts";
import { isProof, prove } from "./proof.ts";
import { type EndpointStatus, proofHeaders, type Verb, verbPath } from "./status.ts";

type Verbs = Readonly<Record<Verb, () => EndpointStatus | Promise<EndpointStatus>>>;

/** Answers a verb for whoever has read the leader's file; undefined for everything else. */
export async function answerVerb(
  request: IncomingMessage,
  path: string,
  { leader, verbs }: { readonly leader: Leader; readonly verbs: Verbs },
): Promise<Answer | undefined> {
  const verb = (["ping", "inspect", "stop"] as const).find((one) => verbPath(one) === path);
  if (!verb || request.method !== "POST") return undefined;
  const nonce = request.headers[proofHeaders.nonce];
  if (!isProof(leader.token, `${verb} ${nonce}`, request.headers[proofHeaders.proof])) return { status: 403, body: "" };
  const { status, body } = await run(verbs[verb]);
  const proof = prove(leader.token, `${nonce} ${body}`);
  return { status, headers: { "content-type": "application/json", [proofHeaders.proof]: proof }, body };
}

/** A leader that fails is still the leader, and has to prove it: who took it for dead would become a second one. */
async function run(verb: Verbs[Verb]): Promise<{ readonly status: number; readonly body: string }> {
  try {
    return { status: 200, body: JSON.stringify(await verb()) };
  } catch (error) {
    return { status: 500, body: error instanceof Error ? error.message : String(error) };
  }
}
