// The extension in sh, as each shell that may be /bin/sh runs it: what it asks of Lambda, and what it does where that goes wrong.
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { type Answer, type SeenRequest, startFaultServer } from "../support/fault-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const script = readFileSync(join(templatesFolder, "extension-shell", "extension.sh"), "utf8");
const id = "6f1f6b57-7a7e-4f1c-9a53-0d9f0c6f4c11";
const ok: Answer = { status: 202, body: { status: "OK" } };
const registered: Answer = { status: 200, headers: { "Lambda-Extension-Identifier": id }, body: {} };
const shutdown: Answer = {
  status: 200,
  body: { eventType: "SHUTDOWN", deadlineMs: 1_700_000_002_000, shutdownReason: "spindown" },
};

function invocation(requestId: string): Answer {
  return {
    status: 200,
    body: { eventType: "INVOKE", deadlineMs: 1_700_000_003_000, requestId, invokedFunctionArn: "arn:aws:lambda:x" },
  };
}

interface Life {
  /** To register. */
  readonly register?: Answer;
  /** To each next, in order. */
  readonly events?: readonly Answer[];
  readonly env?: Readonly<Record<string, string>>;
  readonly edit?: (script: string) => string;
}

const shells = [
  { shell: "bash", args: ["--posix"] },
  { shell: "dash", args: [] },
];

describe.each(shells)("the extension in sh, in $shell", ({ shell, args }) => {
  const skipped = process.platform !== "linux" || missing(shell, "curl");

  async function live({ register = registered, events = [shutdown], env = {}, edit = (text) => text }: Life = {}) {
    const file = join(temporaryFolder(), "my-extension");
    writeFileSync(file, edit(script), { mode: 0o755 });
    const left = [...events];
    const server = await startFaultServer(({ path }: SeenRequest) => {
      if (path.endsWith("/register")) return register;
      return path.endsWith("/event/next") ? (left.shift() ?? "hang") : ok;
    });
    onTestFinished(() => server.close());
    const { stdout, stderr, exitCode } = await execa(findTool(shell) ?? shell, [...args, file], {
      env: {
        PATH: process.env.PATH,
        AWS_LAMBDA_RUNTIME_API: server.url.replace("http://", ""),
        AWS_LAMBDA_FUNCTION_NAME: "demo",
        ...env,
      },
      extendEnv: false,
      reject: false,
      timeout: 20_000,
    });
    return { lines: stdout.split("\n"), stderr, exitCode, seen: server.seen };
  }

  const paths = (seen: readonly SeenRequest[]) => seen.map(({ method, path }) => `${method} ${path.slice(21)}`);

  test.skipIf(skipped)("lives, and exits with 0 at SHUTDOWN", async () => {
    const { lines, stderr, exitCode, seen } = await live({ events: [invocation("r-1"), invocation("r-2"), shutdown] });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(lines).toEqual([
      "[my-extension] INIT of demo",
      "[my-extension] Invocation r-1",
      "[my-extension] Invocation r-2",
      "[my-extension] SHUTDOWN: spindown",
    ]);
    expect(paths(seen)).toEqual(["POST /register", "GET /event/next", "GET /event/next", "GET /event/next"]);
    expect(seen[0]?.headers["lambda-extension-name"]).toBe("my-extension");
    expect(JSON.parse(seen[0]?.body.toString() ?? "")).toEqual({ events: ["INVOKE", "SHUTDOWN"] });
    for (const { headers } of seen.slice(1)) expect(headers["lambda-extension-identifier"]).toBe(id);
  });

  test.skipIf(skipped)("uses no proxy and no configuration of curl's that the function has brought", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, ".curlrc"), "max-time = 0.001\nuser-agent = nobody\n");
    const proxy = "http://127.0.0.1:1";
    const { exitCode, seen } = await live({
      env: { HOME: home, http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy },
    });
    expect(exitCode).toBe(0);
    expect(seen[0]?.headers["user-agent"]).not.toBe("nobody");
  });

  test.skipIf(skipped).each(["lambda-extension-identifier", "Lambda-Extension-Identifier"])(
    "finds its identifier in the header %s",
    async (name) => {
      const { exitCode, seen } = await live({ register: { status: 200, headers: { [name]: id }, body: {} } });
      expect(exitCode).toBe(0);
      expect(seen[1]?.headers["lambda-extension-identifier"]).toBe(id);
    },
  );

  test.skipIf(skipped).each([
    [
      "refused",
      {
        status: 403,
        body: { errorMessage: "BOGUS: ErrorInvalidEventType", errorType: "Extension.InvalidEventType" },
      },
      '[my-extension] Cannot register (status 403): {"errorMessage":"BOGUS: ErrorInvalidEventType","errorType":"Extension.InvalidEventType"}',
    ],
    ["answered without an identifier", { status: 200, body: {} }, "[my-extension] Cannot register (status 200): {}"],
    ["cut off", "reset", expect.stringMatching(/^\[my-extension\] Cannot register \(status 0\): curl: \((52|56)\) /)],
  ] as const)("ends with a reason where its registration is %s", async (_, register, line) => {
    const { lines, exitCode, seen } = await live({ register });
    expect(lines).toEqual([line]);
    expect(exitCode).toBe(1);
    expect(paths(seen)).toEqual(["POST /register"]);
  });

  function expectReport(request: SeenRequest | undefined, path: string, errorType: string, errorMessage: string) {
    expect(request?.path).toBe(`/2020-01-01/extension${path}`);
    expect(request?.headers["lambda-extension-identifier"]).toBe(id);
    expect(request?.headers["lambda-extension-function-error-type"]).toBe(errorType);
    expect(JSON.parse(request?.body.toString() ?? "")).toEqual({ errorMessage, errorType, stackTrace: [] });
  }

  test.skipIf(skipped)("reports an INIT that failed, and asks for no event", async () => {
    const { lines, exitCode, seen } = await live({
      edit: (text) => text.replace(/^initialise\(\) \{$/m, "initialise() {\n  return 3"),
    });
    expect(lines).toEqual(["[my-extension] INIT failed with status 3"]);
    expect(exitCode).toBe(1);
    expect(seen).toHaveLength(2);
    expectReport(seen[1], "/init/error", "Extension.InitFailed", "INIT failed with status 3");
  });

  test.skipIf(skipped).each([
    [
      "is refused",
      { status: 500, body: { errorType: "InternalServerError" } },
      500,
      '{"errorType":"InternalServerError"}',
    ],
    ["is cut off", "reset", 0, expect.stringMatching(/^curl: \((52|56)\) /)],
  ] as const)("reports that the next event %s", async (_, answer, status, reason) => {
    const { lines, exitCode, seen } = await live({ events: [invocation("r-1"), answer] });
    const message = `Cannot get the next event (status ${status})`;
    expect(lines.slice(1)).toEqual([
      "[my-extension] Invocation r-1",
      typeof reason === "string" ? `[my-extension] ${reason}` : expect.stringContaining("[my-extension] curl: ("),
      `[my-extension] ${message}`,
    ]);
    expect(exitCode).toBe(1);
    expectReport(seen.at(-1), "/exit/error", "Extension.NextFailed", message);
  });

  test.skipIf(skipped)(
    "passes over events that it does not know, and members that an event does not have",
    async () => {
      const { lines, exitCode } = await live({
        events: [
          { status: 200, body: { eventType: "SOMETHING_NEW" } },
          { status: 200, body: { eventType: "INVOKE" } },
          shutdown,
        ],
      });
      expect(lines.slice(1)).toEqual(["[my-extension] Invocation ", "[my-extension] SHUTDOWN: spindown"]);
      expect(exitCode).toBe(0);
    },
  );

  test.skipIf(skipped)("says that there is no curl", async () => {
    const tools = temporaryFolder();
    symlinkSync(findTool("env") ?? "/usr/bin/env", join(tools, "env"));
    const { lines, exitCode, seen } = await live({ env: { PATH: tools } });
    expect(lines).toEqual([
      `[my-extension] There is no curl in ${tools}: this runtime does not have it. Bring one in the layer's bin/, or choose another runtime`,
    ]);
    expect({ exitCode, seen }).toEqual({ exitCode: 1, seen: [] });
  });

  test.skipIf(skipped)("says who starts it", async () => {
    const { lines, exitCode } = await live({ env: { AWS_LAMBDA_RUNTIME_API: "" } });
    expect(lines).toEqual([
      "[my-extension] AWS_LAMBDA_RUNTIME_API is not set: this script is started by Lambda, or by lambda-ext invoke --local",
    ]);
    expect(exitCode).toBe(1);
  });
});
