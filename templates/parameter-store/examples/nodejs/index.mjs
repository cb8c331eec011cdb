// Answers with the configuration that the extension has left in a file, and says when it was found.
import { readFileSync, statSync } from "node:fs";

const file = process.env.CONFIG_FILE || "/tmp/appsettings.json";
// The runtime starts while the extension is still fetching: the file may be there already, and it is there by the first event.
let written = writtenAt();
let found = read("INIT");

export async function handler() {
  // With CONFIG_TTL, the extension puts a new file in this one's place when values have changed.
  if (!found || written !== writtenAt()) {
    written = writtenAt();
    found = read("INVOKE");
  }
  if (!found) return respond(503, { error: `${file} is not there. The extension's lines in the log say why.` });
  return respond(200, { file, ...found });
}

function writtenAt() {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function read(phase) {
  try {
    const config = JSON.parse(readFileSync(file, "utf8"));
    return { phase, readAt: new Date().toISOString(), config };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    // A parser's own message quotes what it cannot parse, and that may be a secret.
    throw new Error(`${file} cannot be read: ${error.code ?? "it is not JSON"}`);
  }
}

function respond(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
