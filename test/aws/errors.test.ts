// Every way in which a call can fail, and what a person is told about it.
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../src/aws/connection.ts";
import { translateError } from "../../src/aws/errors.ts";
import { newestLayerVersion } from "../../src/aws/lambda/layers.ts";
import { LambdaExtError } from "../../src/model/errors.ts";
import { type Answer, type FaultServer, htmlBadGateway, refuse, startFaultServer } from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function failureOf(answer: Answer): Promise<LambdaExtError> {
  server = await startFaultServer(() => answer);
  const error = await newestLayerVersion(server.connect({ attempts: 1 }), { region: "eu-west-1", layer: "demo" }).catch(
    (thrown) => thrown,
  );
  if (!(error instanceof LambdaExtError)) throw new Error(`not an error of ours: ${error}`);
  return error;
}

describe("what AWS answers", () => {
  it.each([
    [refuse(502, "InvalidZipFileException", "Unpacking failed"), "lambda-ext check"],
    [refuse(502, "InvalidRuntimeException", "Running failed"), "another runtime"],
    [refuse(507, "LocalMachineRefused", "This machine refused: ENOSPC"), "Mend that"],
    [refuse(404, "ResourceNotFoundException", "Function not found"), "--region"],
  ])("does not say to wait where waiting won't help: %j", async (answer, hint) => {
    expect((await failureOf(answer)).hint).toContain(hint);
  });

  it.each([
    ["ReservedFunctionConcurrentInvocationLimitExceeded", "reserved for it"],
    ["ConcurrentInvocationLimitExceeded", "--environments"],
    ["CallerRateLimitExceeded", "15 control-plane calls"],
  ])("says what to do about throttling by its reason: %s", async (Reason, hint) => {
    const headers = { "x-amzn-errortype": "TooManyRequestsException" };
    const error = await failureOf({ status: 429, headers, body: { Type: "User", message: "Rate Exceeded.", Reason } });
    expect(error).toMatchObject({ code: "Throttled", hint: expect.stringContaining(hint) });
  });

  it.each([
    ["throttling", refuse(429, "TooManyRequestsException", "Rate exceeded"), "Throttled", /Rate exceeded/],
    ["throttling by its other name", refuse(400, "ThrottlingException", "Rate exceeded"), "Throttled", /throttling/],
    ["HTML from a proxy", htmlBadGateway, "UnreadableAnswer", /not one of AWS \(HTTP 502\)/],
    [
      "HTML with status 200",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html></html>" },
      "UnreadableAnswer",
      /not one of AWS/,
    ],
    ["an empty 403", { status: 403 }, "UnreadableAnswer", /HTTP 403/],
    ["JSON that is not AWS's", { status: 200, body: {} }, "UnreadableAnswer", /not one of AWS/],
    ["a failure of its own", refuse(500, "ServiceException", "Internal"), "ServiceError", /ServiceException, HTTP 500/],
    ["an expired token", refuse(403, "ExpiredTokenException", "expired"), "ExpiredCredentials", /have expired/],
    ["a wrong secret", refuse(403, "InvalidSignatureException", "mismatch"), "InvalidCredentials", /mismatch/],
    [
      "a wrong clock",
      refuse(403, "InvalidSignatureException", "Signature expired: x"),
      "ClockSkew",
      /Signature expired/,
    ],
    [
      "unknown credentials",
      refuse(403, "UnrecognizedClientException", "invalid token"),
      "InvalidCredentials",
      /invalid token/,
    ],
    [
      "an unknown name",
      refuse(400, "StrangeException", "Odd thing"),
      "StrangeException",
      /Odd thing \(StrangeException\)/,
    ],
    ["a lost connection", "reset" as const, "ConnectionLost", /connection was lost/],
  ])("tells %s", async (_, answer, code, words) => {
    const error = await failureOf(answer);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^Could not list the versions of layer demo in eu-west-1: /);
    expect(error.message).toMatch(words);
  });

  it("names the action that is not allowed", async () => {
    const message = "User: arn:aws:iam::1:user/u is not authorized to perform: lambda:ListLayerVersions on resource: *";
    const error = await failureOf(refuse(403, "AccessDeniedException", message));
    expect(error.code).toBe("AccessDenied");
    expect(error.hint).toBe("The caller needs the permission lambda:ListLayerVersions.");
  });

  it("sees an explicit deny", async () => {
    const message = "User: u is not authorized to perform: lambda:X with an explicit deny in a service control policy";
    const error = await failureOf(refuse(403, "AccessDeniedException", message));
    expect(error.hint).toMatch(/denies it explicitly/);
  });
});

describe("a region that is not enabled", () => {
  const thrown = Object.assign(new Error("The security token included in the request is invalid."), {
    name: "UnrecognizedClientException",
    $metadata: { httpStatusCode: 403 },
  });

  it("is told apart from wrong credentials where it must be switched on", () => {
    const error = translateError(thrown, { doing: "x", region: "af-south-1" }, { region: "af-south-1" });
    expect(error.code).toBe("RegionNotEnabled");
    expect(error.hint).toMatch(/Enable af-south-1/);
  });

  it("is no explanation in a region that everybody has", () => {
    const error = translateError(thrown, { doing: "x", region: "eu-west-1" }, { region: "eu-west-1" });
    expect(error.code).toBe("InvalidCredentials");
  });
});

describe("what never arrives", () => {
  const list = (endpoint: string) =>
    newestLayerVersion(
      connect(
        { region: "eu-west-1", endpoint, credentials: { accessKeyId: "k", secretAccessKey: "s" } },
        { signal: new AbortController().signal, attempts: 1 },
      ),
      { region: "eu-west-1", layer: "demo" },
    );

  it("says that nothing listens", async () => {
    const gone = await startFaultServer(() => "hang");
    await gone.close();
    await expect(list(gone.url)).rejects.toMatchObject({
      code: "CannotConnect",
      hint: `Is something listening at ${gone.url}? With --local, run it again: that starts the endpoint anew.`,
    });
  });

  it("says that a host has no address", async () => {
    await expect(list("http://nowhere.invalid")).rejects.toMatchObject({ code: "CannotConnect" });
  });

  it("says where credentials were looked for", async () => {
    const before = { ...process.env };
    process.env.AWS_CONFIG_FILE = "/dev/null";
    process.env.AWS_SHARED_CREDENTIALS_FILE = "/dev/null";
    process.env.AWS_EC2_METADATA_DISABLED = "true";
    delete process.env.AWS_ACCESS_KEY_ID;
    try {
      const connection = connect({ region: "eu-west-1", profile: "nobody" }, { signal: new AbortController().signal });
      const error = await newestLayerVersion(connection, { region: "eu-west-1", layer: "demo" }).catch((e) => e);
      expect(error.code).toBe("NoCredentials");
      expect(error.message).toMatch(/no credentials in profile nobody/);
      expect(error.hint).toMatch(/--local/);
    } finally {
      process.env = before;
    }
  });
});

describe("retries and Ctrl-C", () => {
  it("repeats what was throttled", async () => {
    let calls = 0;
    server = await startFaultServer(() =>
      ++calls === 1
        ? refuse(429, "TooManyRequestsException", "Rate exceeded")
        : { status: 200, body: { LayerVersions: [] } },
    );
    expect(await newestLayerVersion(server.connect(), { region: "eu-west-1", layer: "demo" })).toBeUndefined();
    expect(calls).toBe(2);
  });

  it("ends a request that is never answered", async () => {
    const controller = new AbortController();
    server = await startFaultServer(() => {
      setImmediate(() => controller.abort());
      return "hang";
    });
    const call = newestLayerVersion(server.connect({ signal: controller.signal }), {
      region: "eu-west-1",
      layer: "demo",
    });
    await expect(call).rejects.toMatchObject({ kind: "interrupted" });
  });

  it("sends nothing after Ctrl-C", async () => {
    server = await startFaultServer(() => "reset");
    const connection = server.connect({ signal: AbortSignal.abort() });
    await expect(newestLayerVersion(connection, { region: "eu-west-1", layer: "demo" })).rejects.toMatchObject({
      kind: "interrupted",
    });
    expect(server.seen).toHaveLength(0);
  });
});
