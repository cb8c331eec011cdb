// An HTTP request to a proxy before the Runtime API whose answers Node.js refuses to read: AWS's own client, which is libcurl, is not that
// strict, and proxies that grew up with it repeat headers (AWS's sample of one in Go sends two Content-Length).
import { connect } from "node:net";

const endOfHeaders = "\r\n\r\n";

/** Whether Node.js refused an answer for something that libcurl takes. */
export function isTooStrict(error) {
  return error?.code === "HPE_UNEXPECTED_CONTENT_LENGTH";
}

/** Sends a request on a connection of its own; of a header that is there twice the later one counts. No time limit. */
export function lenientRequest({ host, port, method, path, headers, body = "" }) {
  const content = Buffer.from(body);
  const lines = Object.entries({
    ...{ Host: `${host}:${port}`, ...headers },
    ...{ "Content-Length": content.length, Connection: "close" },
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => socket.write(Buffer.concat([head, content])));
    let received = Buffer.alloc(0);
    const look = (isOver) => {
      const answer = readAnswer(received, isOver);
      if (!answer) return;
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      look(false);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      look(true);
      reject(new Error(`The answer to ${path} broke off`));
    });
  });
}

/** The answer, as soon as it is whole. */
function readAnswer(received, isOver) {
  const end = received.indexOf(endOfHeaders);
  if (end < 0) return undefined;
  const [statusLine, ...lines] = received.toString("latin1", 0, end).split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = received.subarray(end + endOfHeaders.length);
  const body = readContent(rest, { headers, isOver });
  return body && { status: Number(statusLine.split(" ")[1]), headers, body };
}

function readContent(rest, { headers, isOver }) {
  if (/\bchunked$/i.test(headers["transfer-encoding"] ?? "")) return readChunks(rest);
  const length = headers["content-length"];
  if (length === undefined) return isOver ? rest : undefined;
  return rest.length >= Number(length) ? rest.subarray(0, Number(length)) : undefined;
}

function readChunks(rest) {
  const chunks = [];
  for (let at = 0; ; ) {
    const end = rest.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const size = Number.parseInt(rest.toString("latin1", at, end), 16);
    if (size === 0) return Buffer.concat(chunks);
    const begin = end + 2;
    if (rest.length < begin + size + 2) return undefined;
    chunks.push(rest.subarray(begin, begin + size));
    at = begin + size + 2;
  }
}
