// Talks to the Runtime API, over one connection that is kept open; never with a time limit: the next event may come in hours.
import { Agent, request } from "node:http";
import { errorBody } from "./errors.mjs";
import { isTooStrict, lenientRequest } from "./lenient-request.mjs";

/** A client for the API at `host:port`. */
export function createRuntimeClient(address) {
  const [host, port] = splitAddress(address ?? "");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** Set when what answers here has turned out to be a proxy that Node.js won't listen to. */
  let isLenient = false;

  function open(method, path, headers = {}) {
    let sent;
    const answered = new Promise((resolve, reject) => {
      sent = request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.on("error", reject);
      sent.setNoDelay(true);
    });
    return { request: sent, answered };
  }

  function callLeniently(method, path, body, headers) {
    return lenientRequest({ host, port, method, path: `/2018-06-01/runtime/${path}`, headers, body });
  }

  async function call(method, path, body, headers) {
    if (isLenient) return callLeniently(method, path, body, headers);
    const { request: sent, answered } = open(method, path, headers);
    sent.end(body);
    try {
      return await answered;
    } catch (error) {
      // The event is there still; a response that was posted is not to be posted again.
      if (method !== "GET" || !isTooStrict(error)) throw error;
      isLenient = true;
      return callLeniently(method, path, body, headers);
    }
  }

  function mustAccept(path, answer) {
    // 202 from the Runtime API; proxies make a 200 of it, and AWS's client takes both. 413: the platform has told the caller; the function
    // goes on.
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 413) return;
    throw new Error(`The Runtime API answered ${answer.status} to ${path}: ${answer.body}`);
  }

  async function post(path, text, headers = {}) {
    const body = Buffer.from(text);
    const answer = await call("POST", path, body, {
      "Content-Type": "application/json",
      "Content-Length": body.length,
      ...headers,
    });
    mustAccept(path, answer);
  }

  function postFault(path, error) {
    const body = errorBody(error);
    // What would break a header is left out.
    const type = String(body.errorType).replace(/[^\t\x20-\x7e]/g, "");
    return post(path, JSON.stringify(body), { "Lambda-Runtime-Function-Error-Type": type });
  }

  return {
    async next() {
      const answer = await call("GET", "invocation/next");
      if (answer.status !== 200) throw new Error(`The Runtime API answered ${answer.status} to invocation/next`);
      return answer;
    },
    postResponse: (id, text) => post(`invocation/${id}/response`, text),
    /** Begins a response whose body is still to be written; `answered` resolves when it was accepted. */
    openResponse(id, headers) {
      const path = `invocation/${id}/response`;
      const { request: sent, answered } = open("POST", path, headers);
      return { request: sent, answered: answered.then((answer) => mustAccept(path, answer)) };
    },
    postError: (id, error) => postFault(`invocation/${id}/error`, error),
    postInitError: (error) => postFault("init/error", error),
  };
}

/** `[::1]:9001` has colons in its host. */
function splitAddress(address) {
  const at = address.lastIndexOf(":");
  return [address.slice(0, at).replace(/^\[|\]$/g, ""), Number(address.slice(at + 1))];
}
