// A function that knows nothing of the proxy. What it answers shows what the hooks do.
export async function handler({ name = "you" }) {
  return {
    greeting: `Hello, ${name}`,
    // Where Lambda gives the event a trace, or the proxy does.
    trace: process.env._X_AMZN_TRACE_ID ?? null,
    // What nobody outside should see.
    token: "a-secret-of-the-function",
  };
}
