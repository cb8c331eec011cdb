// What the parameter-store template costs, beside the same extension with the SSM client of AWS's SDK: bytes, time and memory.
import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, milliseconds, run } from "./measure.js";
import { workspace } from "./workspace.js";

const baseline = fileURLToPath(new URL("parameter-store", import.meta.url));
const name = "parameter-store-extension";
const lives = 30;
/** Where the distributions that this runs on keep the system's roots. */
const systemRoots = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
const goarch = process.arch === "x64" ? "amd64" : "arm64";

/** Measures both; needs Go, and Linux for the memory. */
export async function parameterStore() {
  const { folder, lambdaExt, remove } = workspace();
  const servers = [];
  try {
    const certificates = join(folder, "certificates");
    mkdirSync(certificates);
    await run("go", ["run", "./authority", certificates], { cwd: baseline });
    await lambdaExt(["init", "project", "--template", "parameter-store", "--name", name]);
    const project = join(folder, "project");
    const sdk = join(folder, "sdk");
    cpSync(baseline, sdk, { recursive: true });
    // On AWS the issuer is one of the embedded roots. Here the stand-in's stands among them, in a copy that is measured alone.
    const trusting = join(folder, "trusting");
    cpSync(project, trusting, { recursive: true });
    const root = readFileSync(join(certificates, "root.pem"));
    appendFileSync(join(trusting, "internal/awsjson/roots.pem"), root);
    const built = {
      ours: await build(lambdaExt, project, "default"),
      min: await build(lambdaExt, project, "min"),
      sdk: await build(lambdaExt, sdk, "default"),
    };
    built.trusting = await build(lambdaExt, trusting, "default");
    built.trustingMin = await build(lambdaExt, trusting, "min");

    const roots = join(folder, "roots.pem");
    writeFileSync(roots, Buffer.concat([readFileSync(systemRoots.find(existsSync)), root]));
    const read = (file) => readFileSync(join(certificates, file));
    const plain = await listen(servers, createServer(answer));
    const secure = await listen(servers, createSecureServer({ key: read("key.pem"), cert: read("chain.pem") }, answer));
    const overHttp = { AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${plain}` };
    const overTls = { AWS_ENDPOINT_URL_SSM: `https://127.0.0.1:${secure}` };
    // The file alone, as if it were the system's: its folder of single certificates would be read besides.
    const known = { SSL_CERT_FILE: roots, SSL_CERT_DIR: certificates };
    const variants = {
      "ours, TLS": [built.trusting, overTls],
      "ours, TLS, size min": [built.trustingMin, overTls],
      "ours, TLS, an issuer that the system alone knows": [built.ours, { ...overTls, ...known }],
      "ours, HTTP": [built.ours, overHttp],
      "with the SDK, TLS": [built.sdk, { ...overTls, ...known }],
      "with the SDK, HTTP": [built.sdk, overHttp],
    };
    const found = {};
    for (const title of Object.keys(variants)) found[title] = [];
    for (let life = 0; life < lives; life++) {
      for (const [title, [{ program }, env]] of Object.entries(variants)) {
        found[title].push(await live(program, join(folder, "appsettings.json"), env));
      }
    }
    return report(built, found);
  } finally {
    for (const server of servers) server.close();
    remove();
  }
}

/** Builds a project, and takes out this machine's program. */
async function build(lambdaExt, project, size) {
  const { artifacts } = JSON.parse(
    await lambdaExt(["build", "--size", size, "--out-dir", join(project, size), "--json"], project),
  );
  const program = join(project, size, goarch);
  const { zip, binary } = artifacts.find((artifact) => artifact.goarch === goarch);
  await run("unzip", ["-q", join(project, size, zip), "-d", program]);
  return {
    program: join(program, binary.path),
    bytes: Object.fromEntries(artifacts.map((artifact) => [artifact.goarch, artifact.zipBytes])),
  };
}

const value = JSON.stringify({ greeting: "hello" });

/** Parameter Store, which knows one parameter by any name. */
function answer(request, response) {
  const parameter = { Name: "/a", Type: "SecureString", Value: value, Version: 1 };
  request.resume().on("end", () => {
    response.setHeader("Content-Type", "application/x-amz-json-1.1");
    const one = request.headers["x-amz-target"] === "AmazonSSM.GetParameter";
    response.end(JSON.stringify(one ? { Parameter: parameter } : { Parameters: [parameter], InvalidParameters: [] }));
  });
}

async function listen(servers, server) {
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

/** One life: milliseconds from its start until it registers and until it asks for an event, and the most memory that it held till then. */
async function live(program, file, env) {
  rmSync(file, { force: true });
  const marks = {};
  let started = 0;
  let child;
  const server = createServer((request, response) => {
    const now = performance.now();
    request.resume();
    if (request.url.endsWith("/register")) {
      marks.register = now - started;
      response.setHeader("Lambda-Extension-Identifier", "6f1f6b57-7a7e-4f1c-9a53-0d9f0c6f4c11").end("{}");
      return;
    }
    marks.init = now - started;
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    marks.megabytes = (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ eventType: "SHUTDOWN", deadlineMs: Date.now() + 2000, shutdownReason: "spindown" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lambda = {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
    ...{ AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "t" },
    ...{ PARAMETER_NAME: "/a", CONFIG_FILE: file, PATH: process.env.PATH },
  };
  started = performance.now();
  child = spawn(program, [], { env: { ...lambda, ...env }, stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve) => child.on("close", resolve));
  server.close();
  if (code !== 0 || !existsSync(file) || readFileSync(file, "utf8") !== value) {
    throw new Error(`${program} ended with ${code}, and its file is not what it should be`);
  }
  return marks;
}

function report(built, found) {
  const of = (title, part) => median(found[title].map((life) => life[part]));
  const megabytes = (bytes, digits = 2) => `${(bytes / 1e6).toFixed(digits)} MB`;
  const rows = [["", "start to register", "start to the end of its INIT", "most memory"]];
  for (const title of Object.keys(found)) {
    const memory = megabytes(of(title, "megabytes") * 1e6, 1);
    rows.push([title, milliseconds(of(title, "register")), milliseconds(of(title, "init")), memory]);
  }
  const sizes = ({ bytes }) => `${megabytes(bytes.amd64)} and ${megabytes(bytes.arm64)}`;
  const size = ({ bytes }, amd64, arm64, how) => ({
    aim: `the layer at most ${amd64.toFixed(2)} MB (amd64) and ${arm64.toFixed(2)} MB (arm64) ${how}`,
    reached: sizes({ bytes }),
    met: bytes.amd64 <= amd64 * 1e6 && bytes.arm64 <= arm64 * 1e6,
  });
  const most = (what, unit, part, limit) => {
    const reached = of("ours, TLS", part);
    return {
      aim: `at most ${limit} ${unit} ${what}, over TLS`,
      reached: `${reached.toFixed(1)} ${unit}`,
      met: reached <= limit,
    };
  };
  return {
    title: "The parameter store extension",
    text: `${lives} lives of each, in turns, against a stand-in for AWS on this machine, with the certificate of an RSA key and an issuer in between. "TLS" has the stand-in's root among the embedded ones, as Amazon's are on AWS; the SDK reads the system's ${systemRoots.find(existsSync)}, with the stand-in's root at its end. Layers with the SDK: ${sizes(built.sdk)} (amd64 and arm64).`,
    rows,
    aims: [
      size(built.ours, 2.45, 2.2, "as built by default"),
      size(built.min, 2.2, 2.0, "with --size min"),
      most("from the start to the request to register", "ms", "register", 3.5),
      most("to the end of its own INIT", "ms", "init", 7),
      most("of memory", "MB", "megabytes", 8),
    ],
  };
}
