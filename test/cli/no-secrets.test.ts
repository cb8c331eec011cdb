// No output of any command holds a secret: what users hand over is planted, AWS repeats it wherever it answers, and everything that was said
// or written down is searched for it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { permissions } from "../../src/cli/permissions/table.ts";
import { type Answer, refuse, type SeenRequest, startFaultServer } from "../support/fault-server.ts";
import { runCli } from "../support/run-cli.ts";

/** With what has to be escaped in JSON and in forms. */
const value = 'pl4nted-"value"-ü&\\';
const token = "pl4nted-session-token/+==";
const secretKey = "pl4nted+secret/key";

const role = "arn:aws:iam::123456789012:role/demo-role";
const layer = "arn:aws:lambda:eu-west-1:123456789012:layer:demo-x86_64:1";
const env = ["--env", `TOKEN=${value}`];

/** One line for each command that talks to AWS, with secrets wherever it takes any. */
const lines: readonly (readonly string[])[] = [
  ["put-parameter", "/demo/token", "--value", value, "--type", "SecureString"],
  ["put-secret", "demo/token", "--value", value],
  ["create-role", "demo-role"],
  ["get-role", "demo-role"],
  ["create-function", "demo", "--source", "code", "--role", role, ...env],
  ["publish", "--public", "--yes"],
  ["update-function", "demo", ...env, "--timeout", "9"],
  ["get-function", "demo"],
  ["attach", "--function", "demo", "--layer", layer, ...env],
  ["verify", "--fix", "--yes"],
  ["versions", "--used-by"],
  ["arns"],
  ["mirror", layer, "--to-region", "eu-central-1"],
  ["invoke", "--function", "demo"],
  ["logs", "--function", "demo"],
  ["detach", "--function", "demo", "--layer", layer, ...env],
  ["prune", "--keep", "1", "--yes"],
  ["delete-function", "demo", "--yes"],
];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-secrets-"));
  mkdirSync(join(folder, "files"));
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "files", "greeting.txt"), "hello");
  writeFileSync(join(folder, "code", "index.mjs"), "export const handler = async () => 2;\n");
  const attach = { environment: { PASSWORD: value } };
  const contents = [{ from: "files", to: "." }];
  writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify({ name: "demo", kind: "layer", contents, attach }));
  expect(await runCli(["build"], { cwd: folder })).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything below a folder, as text. */
function textsBelow(path: string): string {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, "latin1"))
    .join("\n");
}

describe("no output holds a secret", () => {
  it("of any command that talks to AWS", () => {
    expect([...new Set(lines.map(([name]) => name))].sort()).toEqual(Object.keys(permissions).sort());
    expect(commands.length).toBeGreaterThan(lines.length);
  });

  const signed = ({ method, path, headers }: SeenRequest) =>
    `The request signature we calculated does not match the signature you provided. The Canonical String for this request should have been\n'${method}\n${path}\n\nhost:${headers.host}\nx-amz-date:${headers["x-amz-date"]}\nx-amz-security-token:${headers["x-amz-security-token"]}\n\nhost;x-amz-date;x-amz-security-token'`;
  const sent = ({ headers, body }: SeenRequest) =>
    `not this: ${body} ${new URLSearchParams(body.toString()).get("PolicyDocument")} ${JSON.stringify(headers)}`;
  const refusal = (status: number, code: string, message: string): Answer => ({
    ...(refuse(status, code, message) as object),
    status,
  });
  const xml = (status: number, code: string, message: string): Answer => ({
    status,
    headers: { "content-type": "text/xml" },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</Message></Error></ErrorResponse>`,
  });
  const speaks = (request: SeenRequest, status: number, code: string, message: string) =>
    String(request.headers.authorization).includes("/iam/")
      ? xml(status, code, message)
      : refusal(status, code, message);

  /** A function whose variables are secrets, and what else calls get that go well. */
  const kind: Readonly<Record<string, (request: SeenRequest) => Answer>> = {
    "refused with its own request": (request) => speaks(request, 400, "InvalidParameterValueException", sent(request)),
    "denied with its own request": (request) => speaks(request, 403, "AccessDeniedException", sent(request)),
    "told that the signature is wrong": (request) => speaks(request, 403, "InvalidSignatureException", signed(request)),
    "failed with its own request": (request) => speaks(request, 500, "ServiceException", sent(request)),
    "answered with a page that repeats it": (request) => ({
      // What a function answers is whatever it says: that is no secret of the tool's.
      status: request.path.endsWith("/invocations") ? 502 : 200,
      headers: { "content-type": "text/html" },
      body: `${request.body}<html>${sent(request)}</html>`,
    }),
    "answered in part": (request) => {
      const isGet = request.method === "GET" && request.path.includes("/functions/demo");
      if (!isGet) return speaks(request, 400, "InvalidParameterValueException", sent(request));
      const Configuration = {
        ...{ FunctionName: "demo", FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:demo", Role: role },
        ...{ State: "Active", LastUpdateStatus: "Successful", Runtime: "nodejs22.x", Version: "$LATEST" },
        ...{ CodeSha256: "x", CodeSize: 1, RevisionId: "1", MemorySize: 128, Timeout: 3, Architectures: ["x86_64"] },
        Environment: { Variables: { TOKEN: `other ${value}`, PASSWORD: value } },
      };
      return { status: 200, body: { Configuration } };
    },
  };

  const inJsonToo = ["denied with its own request", "answered in part"];

  it.each(Object.entries(kind))("where a call is %s", { timeout: 300_000 }, async (name, answer) => {
    const server = await startFaultServer(answer);
    try {
      const account = {
        ...{ AWS_ENDPOINT_URL: server.url, AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: undefined },
        ...{ AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: token },
        ...{ AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_PROFILE: undefined },
        ...{ AWS_MAX_ATTEMPTS: "1", XDG_STATE_HOME: join(folder, "state") },
      };
      const said = await Promise.all(
        lines.flatMap((line) =>
          [["--verbose"], ...(inJsonToo.includes(name) ? [["--verbose", "--json"]] : [])].map(async (flags) => {
            const { stdout, stderr } = await runCli([...line, ...flags], { cwd: folder, env: account });
            return { line: [...line.slice(0, 1), ...flags].join(" "), text: stdout + stderr };
          }),
        ),
      );
      expect(server.seen.some(({ headers }) => headers["x-amz-security-token"] === token)).toBe(true);
      const told = said.filter(({ text }) => text.includes("pl4nted"));
      expect(told.map(({ line, text }) => [line, text.slice(text.indexOf("pl4nted") - 200).slice(0, 400)])).toEqual([]);
      mkdirSync(join(folder, "state"), { recursive: true });
      expect(textsBelow(join(folder, "state"))).not.toContain("pl4nted");
    } finally {
      await server.close();
    }
  });

  it("where all goes well on this machine, nor does what is written down about it", { timeout: 120_000 }, async () => {
    const directory = join(folder, "account");
    const surroundings = {
      ...{ LAMBDA_EXT_LOCAL_DIR: directory, LAMBDA_EXT_TARGET: "local", XDG_STATE_HOME: join(folder, "local-state") },
      ...{ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: undefined, AWS_ENDPOINT_URL: undefined, CI: "1" },
    };
    const run = (...args: string[]) => runCli(args, { cwd: folder, env: surroundings });
    const outputs: string[] = [];
    try {
      for (const line of lines) {
        // The role is new with its command, the function has its layer with another.
        const { stdout, stderr } = await run(...line, "--verbose", "--json");
        outputs.push(`${line[0]}: ${stdout}${stderr}`);
      }
      const plan = await run("publish", "--dry-run", "--plan-file", "plan.json", "--public");
      const status = await run("local", "status", "--json");
      outputs.push(plan.stdout, plan.stderr, status.stdout, status.stderr);
      expect(outputs.filter((output) => /"error"/.test(output))).toEqual([]);
      const { secretAccessKey } = JSON.parse(readFileSync(join(directory, "credentials.json"), "utf8"));
      const { log } = JSON.parse(status.stdout);
      const written = [
        readFileSync(join(folder, "plan.json"), "utf8"),
        readFileSync(log, "utf8"),
        textsBelow(join(folder, "local-state")),
      ];
      for (const text of [...outputs, ...written]) {
        expect(text).not.toContain("pl4nted");
        expect(text).not.toContain(secretAccessKey);
      }
    } finally {
      await run("local", "stop");
    }
  });
});
