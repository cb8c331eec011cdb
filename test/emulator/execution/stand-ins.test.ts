// Ruby and .NET: the start lines, run with programs that stand in for both; what is said where something is missing.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { levels } from "./support/levels.ts";
import { file, openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";

/** A runtime client that answers with the command line and the variables that it was started with. */
const client = `const { request } = require("node:http");
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
  const call = (method, path, body) => new Promise((resolve) => {
    const sent = request({ host, port, method, path: "/2018-06-01/runtime/invocation/" + path }, (answer) => {
      answer.resume().on("end", () => resolve(answer.headers["lambda-runtime-aws-request-id"]));
    });
    sent.end(body);
  });
  (async () => {
    const { GEM_PATH, RUBYLIB, DOTNET_ROOT, AWS_EXECUTION_ENV, WRAPPED } = process.env;
    const said = JSON.stringify({ argv: process.argv.slice(2), GEM_PATH, RUBYLIB, DOTNET_ROOT, AWS_EXECUTION_ENV, WRAPPED });
    for (;;) await call("POST", (await call("GET", "next")) + "/response", said);
  })();`;

let folder: string;
let ruby: string;
let dotnet: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambda-ext-stand-ins-"));
  await mkdir(join(folder, "bin"));
  const program = async (name: string, question: string, answer: string) => {
    const path = join(folder, "bin", name);
    const start = name === "ruby" ? '"$@"' : `'${join(folder, "bin/client.cjs")}' "$@"`;
    await writeFile(
      path,
      `#!/bin/sh\n[ "$1" = ${question} ] && { echo '${answer}'; exit; }\nexec '${process.execPath}' ${start}\n`,
    );
    await chmod(path, 0o755);
    return path;
  };
  await writeFile(join(folder, "bin/client.cjs"), client);
  await mkdir(join(folder, "host"));
  await writeFile(join(folder, "host", "Amazon.Lambda.RuntimeSupport.dll"), "");
  const facts = [join(folder, "bin/ruby"), "3.3.1", join(folder, "bin/client.cjs"), [join(folder, "gems")], folder];
  ruby = await program("ruby", "-e", JSON.stringify(facts));
  dotnet = await program("dotnet", "--list-runtimes", "Microsoft.NETCore.App 8.0.11 [somewhere]");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: RuntimeWorld;
    beforeAll(async () => {
      const env = { LAMBDA_EXT_RUBY: ruby, LAMBDA_EXT_DOTNET: dotnet, LAMBDA_EXT_DOTNET_RIC: join(folder, "host") };
      world = await openRuntimeWorld({ level, env, defaults: {} });
    });
    afterAll(() => world.world.close());
    const place = (path: string, real: string) => (level === "none" ? expect.stringContaining(real) : path);

    test("ruby: the handler as argument, gems of code, layers and this machine, the wrapper before it all", async () => {
      const layers = [
        await world.world.zip([{ path: "wrap", content: '#!/bin/sh\nexport WRAPPED="$1"\nexec "$@"\n' }]),
      ];
      const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" };
      const changes = { runtime: "ruby3.3", handler: "app.Mine::Handler.run", layers, environment };
      expect(await world.value(await world.define([file("app.rb", "")], changes))).toMatchObject({
        ...{ argv: ["app.Mine::Handler.run"], AWS_EXECUTION_ENV: "AWS_Lambda_ruby3.3", WRAPPED: ruby },
        GEM_PATH: expect.stringMatching(/\/vendor\/bundle\/ruby\/3\.3\.0:.*\/ruby\/gems\/3\.3\.0:.*\/gems$/),
        RUBYLIB: place("/var/task:/opt/ruby/lib", "/ruby/lib"),
      });
      expect(world.world.warnings).toEqual([]);
    });

    test("dotnet: a class library in AWS's host, with the assembly's own settings or the only ones", async () => {
      const run = async (names: readonly string[], environment = {}) => {
        const changes = { runtime: "dotnet8", handler: "Mine::Mine.Function::Run", environment };
        return world.value(
          await world.define(
            names.map((name) => file(name, "{}")),
            changes,
          ),
        );
      };
      const own = ["Mine.deps.json", "Mine.runtimeconfig.json", "Other.deps.json", "Other.runtimeconfig.json"];
      const line = (name: string) => [
        ...["exec", "--depsfile", place(`/var/task/${name}.deps.json`, `/${name}.deps.json`), "--runtimeconfig"],
        place(`/var/task/${name}.runtimeconfig.json`, `/${name}.runtimeconfig.json`),
        place("/var/runtime/Amazon.Lambda.RuntimeSupport.dll", "/host/Amazon.Lambda.RuntimeSupport.dll"),
        "Mine::Mine.Function::Run",
      ];
      expect(await run(own)).toMatchObject({ argv: line("Mine"), DOTNET_ROOT: join(folder, "bin") });
      expect(await run(own, { LAMBDA_DOTNET_MAIN_ASSEMBLY: "Other.dll" })).toMatchObject({ argv: line("Other") });
      expect(await run(own.slice(2))).toMatchObject({ argv: line("Other") });
      await expect(run(["a.deps.json", "b.deps.json"])).rejects.toMatchObject({
        ...{ code: "InvalidRuntimeException", message: expect.stringContaining("Mine.deps.json") },
      });
    });

    test("dotnet: an assembly that is a program, and a version that is not there", async () => {
      const changes = { runtime: "dotnet10", handler: "Mine" };
      expect(await world.value(await world.define([file("Mine.dll", "")], changes))).toMatchObject({
        argv: ["exec", place("/var/task/Mine.dll", "/Mine.dll")],
      });
      expect(world.world.warnings).toEqual([
        `Functions of dotnet10 run with .NET 8.0.11 (${dotnet}), the one of this machine.`,
      ]);
    });
  });
}

test.each([
  [
    "ruby3.3",
    "handler",
    { LAMBDA_EXT_RUBY: "/bin/true" },
    /no Ruby with aws_lambda_ric .*\/bin\/true/,
    /gem install aws_lambda_ric/,
  ],
  ["dotnet8", "a::b::c", { LAMBDA_EXT_DOTNET: "/bin/true" }, /no \.NET runtime .*\/bin\/true/, /LAMBDA_EXT_DOTNET/],
  [
    "java21",
    "a.B",
    { LAMBDA_EXT_JAVA_RIC: "/nowhere" },
    /LAMBDA_EXT_JAVA_RIC is \/nowhere/,
    /mvn dependency:get -Dartifact=com\.amazonaws/,
  ],
  [
    "python3.12",
    "a.b",
    { LAMBDA_EXT_PYTHON: "/bin/true" },
    /no Python with awslambdaric .*\/bin\/true/,
    /pip install awslambdaric/,
  ],
  ["cobol1", "a", {}, /has no cobol1/, /It runs/],
])("what %s lacks is said at the invocation", async (runtime, handler, env, message, hint) => {
  const world = await openRuntimeWorld({ level: "none", env, defaults: { runtime, handler } });
  try {
    const snapshot = await world.define([file("a", "")]);
    await expect(world.world.invoke(snapshot, {})).rejects.toMatchObject({
      ...{
        code: "InvalidRuntimeException",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      },
    });
  } finally {
    await world.world.close();
  }
});

test("dotnet without AWS's host is told of it, whatever the isolation", async () => {
  const world = await openRuntimeWorld({
    level: "none",
    env: { LAMBDA_EXT_DOTNET: dotnet },
    defaults: { runtime: "dotnet8" },
  });
  try {
    const snapshot = await world.define([file("a", "")], { handler: "a::b::c" });
    await expect(world.world.invoke(snapshot, {})).rejects.toMatchObject({
      ...{ code: "InvalidRuntimeException", hint: expect.stringContaining("LAMBDA_EXT_DOTNET_RIC") },
    });
    // The next one is a new try.
    await expect(world.world.invoke(snapshot, {})).rejects.toMatchObject({ code: "InvalidRuntimeException" });
  } finally {
    await world.world.close();
  }
});
