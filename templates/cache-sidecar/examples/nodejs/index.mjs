// Answers an API Gateway, REST or HTTP, with the item that the path's `id` names. The extension has it: in its cache, or from the table.
const cache = `http://localhost:${process.env.CACHE_PORT || 4000}`;
// The extension gives up on a table after two seconds, Lambda on this function after three.
const milliseconds = 2500;

export async function handler(event) {
  const id = event.pathParameters?.id;
  if (!id) return respond(400, { error: "the path has no id" });
  try {
    // fetch keeps the connection for the next event.
    const answer = await fetch(`${cache}/${encodeURIComponent(id)}`, { signal: AbortSignal.timeout(milliseconds) });
    const body = await answer.text();
    if (answer.status === 404) return respond(404, { error: "not found" });
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${body}`);
    return respond(200, body, { "x-cache": answer.headers.get("x-cache") });
  } catch (error) {
    console.error("No answer from the cache:", error.cause?.message ?? error.message);
    return respond(502, { error: "the item cannot be read" });
  }
}

function respond(statusCode, body, headers = {}) {
  return {
    statusCode,
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
