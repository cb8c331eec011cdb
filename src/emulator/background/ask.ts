// Asks the leader of a folder something, and knows a leader from a stranger who has got its port since.
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { LambdaExtError, toolError } from "../../model/errors.ts";
import type { InvocationTrace } from "../../model/invocation-trace.ts";
import type { KnownLeader } from "./leader-file.ts";
import { isProof, prove } from "./proof.ts";
import { type EndpointStatus, proofHeaders, traceVerb, type Verb, verbPath } from "./status.ts";

/** Long enough for a machine under load; a leader answers in milliseconds. */
const patienceMilliseconds = 10_000;

/** Twenty warnings of 2,000, a trace of 500 events: a leader has less to say than this; a stranger on its port may have more. */
const mostCharacters = 1_048_576;

interface Question {
  readonly verb: Verb;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: number | undefined;
}

/**
 * The leader's answer; undefined where it is dead, that is where nobody listens, or somebody who cannot prove to be it.
 * @throws LambdaExtError where it neither answers nor refuses: that is no dead leader, and must not be taken for one.
 */
export async function askLeader(leader: KnownLeader, question: Question): Promise<EndpointStatus | undefined> {
  return (await ask(leader, question)) as EndpointStatus | undefined;
}

/** What happened in an invocation, as soon as it is over; undefined where the leader is dead or does not know it. Throws as `askLeader`. */
export async function askTrace(
  leader: KnownLeader,
  { requestId, signal }: { readonly requestId: string; readonly signal: AbortSignal },
): Promise<InvocationTrace | undefined> {
  const answer = await ask(leader, { verb: traceVerb(encodeURIComponent(requestId)), signal });
  return (answer ?? undefined) as InvocationTrace | undefined;
}

async function ask(
  leader: KnownLeader,
  question: Omit<Question, "verb"> & { readonly verb: string },
): Promise<unknown> {
  const { verb, signal } = question;
  const nonce = randomBytes(16).toString("base64url");
  const headers = {
    [proofHeaders.nonce]: nonce,
    [proofHeaders.proof]: prove(leader.token, `${verb} ${nonce}`),
    "content-length": "0",
  };
  const timeout = AbortSignal.timeout(question.patience ?? patienceMilliseconds);
  const signals = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    const answer = await post(leader.port, { path: verbPath(verb), headers, signal: signals });
    if (!isProof(leader.token, `${nonce} ${answer.body}`, answer.proof)) return undefined;
    if (answer.status === 200) return JSON.parse(answer.body);
    throw toolError(`The local endpoint on port ${leader.port} (process ${leader.pid}) is broken: ${answer.body}`, {
      code: "EndpointBroken",
      hint: hangingHint(leader),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof LambdaExtError) throw cause;
    if (timeout.aborted) {
      throw toolError(`The local endpoint on port ${leader.port} (process ${leader.pid}) does not answer.`, {
        code: "EndpointHangs",
        hint: hangingHint(leader),
        cause,
      });
    }
    // Refused, or cut off in the middle: nobody is there, or not any more.
    return undefined;
  }
}

/** What to do about a leader that neither answers nor is gone. */
export function hangingHint({ pid, file }: KnownLeader): string {
  return `End that process, then run the same command again. If process ${pid} is none of lambda-ext's, remove ${file}.`;
}

interface Answer {
  readonly status: number | undefined;
  readonly proof: string | string[] | undefined;
  readonly body: string;
}

interface Post {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

function post(port: number, { path, headers, signal }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // No agent: a kept connection would keep the command, and the endpoint, alive.
    const options = { host: "127.0.0.1", port, path, method: "POST", headers, signal, agent: false };
    const call = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > mostCharacters) call.destroy(new Error("too long for a leader's answer"));
      });
      response.on("end", () => {
        resolve({ status: response.statusCode, proof: response.headers[proofHeaders.proof], body });
      });
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end();
  });
}
