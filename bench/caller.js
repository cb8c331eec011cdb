// Invokes a function of an endpoint over and over, one call after the other, and prints what each took, from its request's first byte
// to its answer's last, as JSON: `node caller.js URL FUNCTION COUNT [MILLISECONDS BETWEEN THEM]`.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

const [endpoint = "", name = "", count = "1", pause = "0"] = process.argv.slice(2);
const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = process.env;
const { hostname, port } = new URL(endpoint);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const signer = new SignatureV4({
  credentials: { accessKeyId, secretAccessKey },
  region: "us-east-1",
  service: "lambda",
  sha256: Sha256,
});

const taken = [];
for (let call = 0; call < Number(count); call++) {
  const signed = await signer.sign(
    new HttpRequest({
      method: "POST",
      protocol: "http:",
      hostname,
      port: Number(port),
      path: `/2015-03-31/functions/${name}/invocations`,
      headers: { host: `${hostname}:${port}`, "content-type": "application/octet-stream" },
      body: "{}",
    }),
  );
  const start = performance.now();
  await send(signed);
  taken.push(performance.now() - start);
  if (pause !== "0") await sleep(Number(pause));
}
agent.destroy();
process.stdout.write(JSON.stringify(taken));

function send({ path, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, path, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200 && !response.headers["x-amz-function-error"]) resolve();
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
