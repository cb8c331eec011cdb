// Every way in which Go can fail, with the real Go and a module proxy of our own.

import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeGoFailure } from "../../src/build/go/failure.ts";
import { bytesChangingFlags } from "../../src/build/go/flags.ts";
import { packZip } from "../../src/layer/zip/write.ts";
import { LambdaExtError } from "../../src/model/errors.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";
import { buildIn, tiny, writeFiles } from "./fixture.ts";

async function failure(root: string, env: NodeJS.ProcessEnv = {}): Promise<LambdaExtError> {
  const error = await buildIn(root, { env: { ...process.env, ...env } }).catch((thrown: unknown) => thrown);
  if (!(error instanceof LambdaExtError)) throw new Error(`no LambdaExtError: ${String(error)}`);
  expect(readdirSync(root)).not.toContain("dist");
  return error;
}

/** A program that needs a module which nobody has. */
const needy = {
  "go.mod": "module example.com/needy\n\ngo 1.21\n\nrequire example.com/dep v1.0.0\n",
  "main.go": 'package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Word) }\n',
};

/** An empty module cache that can be removed again (Go writes its own read-only). */
function coldCache(): string {
  const folder = temporaryFolder();
  onTestFinished(
    () => void execFileSync("go", ["clean", "-modcache"], { env: { ...process.env, GOMODCACHE: folder } }),
  );
  return folder;
}

test("without Go it says how to get it", async () => {
  const error = await failure(writeFiles(temporaryFolder(), tiny), { PATH: temporaryFolder() });
  expect(error).toMatchObject({ code: "GoNotFound", kind: "tool", hint: expect.stringContaining("https://go.dev/dl") });
});

describe.skipIf(missing("go"))("go fails (needs Go)", () => {
  test("a module for a newer Go", async () => {
    const root = writeFiles(temporaryFolder(), { ...tiny, "go.mod": "module example.com/tiny\n\ngo 1.99\n" });
    const error = await failure(root, { GOTOOLCHAIN: "local" });
    expect(error).toMatchObject({ code: "GoTooOld", hint: expect.stringContaining("GOTOOLCHAIN=auto") });
    expect(error.message).toContain("requires go >= 1.99");
    const unfetched = await failure(root, { GOTOOLCHAIN: "auto", GOPROXY: "off", GOMODCACHE: coldCache() });
    expect(unfetched.code).toBe("GoTooOld");
  });

  test("a compile error is told in Go's own words, once for both architectures", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "main.go": "package main\n\nfunc main() { undefinedThing() }\n",
    });
    const error = await failure(root);
    expect(error).toMatchObject({ code: "CompileError", kind: "tool", hint: undefined });
    expect(error.message).toBe(
      `Go could not build . in ${root}:\n# example.com/tiny\n./main.go:3:15: undefined: undefinedThing`,
    );
  });

  test("an error in one architecture's file names the architecture", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "main_arm64.go": "package main\n\nvar x int = undefinedThing\n",
    });
    const error = await failure(root);
    expect(error.message).toMatch(/^Go could not build \. in \S+ for arm64:\n/);
    writeFiles(root, { "main_amd64.go": "package main\n\nvar x int = otherThing\n" });
    expect((await failure(root)).message).toMatch(
      /for amd64 and arm64:\n\(amd64\)\n[\s\S]*otherThing\n\(arm64\)\n[\s\S]*undefinedThing/,
    );
  });

  test("a missing entry in go.sum, with the command that mends it", async () => {
    const error = await failure(writeFiles(temporaryFolder(), needy));
    expect(error).toMatchObject({ code: "MissingGoSum", hint: expect.stringContaining("go mod tidy") });
    expect(error.message).toContain("missing go.sum entry");
  });

  test("an import that go.mod does not know", async () => {
    const error = await failure(
      writeFiles(temporaryFolder(), { ...needy, "go.mod": "module example.com/needy\n\ngo 1.21\n" }),
    );
    expect(error).toMatchObject({ code: "MissingModule", hint: expect.stringContaining("go mod tidy") });
  });

  test("a package that needs cgo", async () => {
    const main = 'package main\n\nimport "C"\n\nfunc main() {}\n';
    const error = await failure(writeFiles(temporaryFolder(), { ...tiny, "main.go": main }));
    expect(error).toMatchObject({ code: "CompileError", hint: expect.stringContaining("cgo") });
  });

  test.each([
    ["GOPROXY=off", "off", "module lookup disabled by GOPROXY=off"],
    ["a proxy that cannot be reached", "http://127.0.0.1:1", "connection refused"],
  ])("no network and a cold module cache: %s", async (_name, proxy, words) => {
    const env = { GOPROXY: proxy, GOMODCACHE: coldCache(), GOFLAGS: "-mod=mod", GOSUMDB: "off" };
    const error = await failure(writeFiles(temporaryFolder(), needy), env);
    expect(error).toMatchObject({ code: "NoNetwork", hint: expect.stringContaining("GOPROXY") });
    expect(error.message).toContain(words);
  });

  test("a proxy that has other words for no", () => {
    const output = "main.go:2:8: example.com/l@v1.0.0: reading https://proxy.example/l/@v/v1.0.0.zip: 403 Forbidden";
    expect(describeGoFailure({ what: ".", directory: "/x", output })).toMatchObject({
      code: "ModuleUnavailable",
      hint: expect.stringContaining("GOPROXY"),
    });
  });

  test("GOFLAGS that change the bytes are refused, from the environment and from go env -w", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    expect(await failure(root, { GOFLAGS: "-mod=mod -tags=x" })).toMatchObject({
      code: "GoflagsRefused",
      kind: "usage",
      message: expect.stringContaining("GOFLAGS holds -tags=x,"),
      hint: expect.stringContaining("build.tags"),
    });
    const goenv = join(temporaryFolder(), "env");
    const env = { GOENV: goenv, GOFLAGS: undefined };
    execFileSync("go", ["env", "-w", "GOFLAGS=-gcflags=-N"], { env: { ...process.env, ...env } });
    expect(await failure(root, env)).toMatchObject({
      code: "GoflagsRefused",
      message: expect.stringContaining("-gcflags=-N"),
    });
    expect(await failure(root, { GOFLAGS: "-nonsense" })).toMatchObject({ code: "GoFailed" });
  });

  test.each([
    ["GOEXPERIMENT", "nogreenteagc"],
    ["GOFIPS140", "latest"],
  ])("%s changes the bytes too: refused from the environment", async (name, value) => {
    const root = writeFiles(temporaryFolder(), tiny);
    expect(await failure(root, { [name]: value })).toMatchObject({
      code: "GoVariableRefused",
      kind: "usage",
      message: expect.stringContaining(`${name} is ${value},`),
      hint: expect.stringContaining(`"build": { "environment": { "${name}": "${value}" } }`),
    });
  });
});

describe.skipIf(missing("go"))("a module proxy (needs Go)", () => {
  test("is used with the user's -mod flag, and what is downloaded is shown", async () => {
    const files: Record<string, Buffer | string> = {
      "/example.com/dep/@v/v1.0.0.mod": "module example.com/dep\n",
      "/example.com/dep/@v/v1.0.0.info": '{ "Version": "v1.0.0" }',
      "/example.com/dep/@v/v1.0.0.zip": await packZip([
        {
          kind: "file",
          path: "example.com/dep@v1.0.0/go.mod",
          mode: 0o644,
          content: Buffer.from("module example.com/dep\n"),
        },
        {
          kind: "file",
          path: "example.com/dep@v1.0.0/dep.go",
          mode: 0o644,
          content: Buffer.from('package dep\n\nconst Word = "word"\n'),
        },
      ]),
    };
    const server = createServer((request, response) => {
      const file = files[request.url ?? ""];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      ...process.env,
      GOPROXY: proxy,
      GOMODCACHE: coldCache(),
      GOFLAGS: "-mod=mod",
      GOSUMDB: "off",
      GOVCS: "*:off",
    };
    const root = writeFiles(temporaryFolder(), needy);
    const { told } = await buildIn(root, { env, architectures: ["x86_64"] });
    expect(told.tasks).toContain("Building needy for amd64: downloading example.com/dep v1.0.0");
    writeFileSync(join(root, "go.mod"), needy["go.mod"].replace("dep v1.0.0", "absent v1.0.0"));
    const error = await buildIn(root, { env }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ModuleUnavailable", hint: expect.stringContaining("GOPRIVATE") });
  });
});

describe("bytesChangingFlags", () => {
  test.each<[string, string[]]>([
    ["", []],
    ["-mod=vendor -trimpath -buildvcs=false -v -p=4", []],
    ["-tags=a,b", ["-tags=a,b"]],
    ["--ldflags=-w -race", ["--ldflags=-w", "-race"]],
    ["'-gcflags=all=-N -l' -mod=mod \"-asmflags=-x\"", ["-gcflags=all=-N -l", "-asmflags=-x"]],
    ["-modfile=other.mod -modcacherw", ["-modfile=other.mod"]],
    ["-overlay=x.json -toolexec=y -n", ["-overlay=x.json", "-toolexec=y", "-n"]],
  ])("%s", (goflags, refused) => {
    expect(bytesChangingFlags(goflags)).toEqual(refused);
  });
});
