// Where Java and AWS's Java client are looked for.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findJavaClient } from "../../../src/emulator/runtimes/java-client.ts";
import { findJava } from "../../../src/emulator/runtimes/java-home.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambda-ext-find-java-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, content = "", mode = 0o644): Promise<string> {
  const whole = join(folder, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, content);
  await chmod(whole, mode);
  return whole;
}

const pom = (core: string) => `<project><groupId>com.amazonaws</groupId><dependencies>
  <dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-core</artifactId><version>${core}</version></dependency>
  <dependency><groupId>software.amazon.awssdk</groupId><artifactId>utils-lite</artifactId><version>2.34.0</version></dependency>
  <dependency><groupId>org.junit.jupiter</groupId><artifactId>junit</artifactId><version>1</version><scope>test</scope></dependency>
  </dependencies></project>`;

describe("the client", () => {
  const name = "aws-lambda-java-runtime-interface-client";
  const client = (home: string, version: string) =>
    `${home}/.m2/repository/com/amazonaws/${name}/${version}/${name}-${version}`;
  const core = (home: string, version: string) =>
    `${home}/.m2/repository/com/amazonaws/aws-lambda-java-core/${version}/aws-lambda-java-core-${version}.jar`;

  test("in the local Maven repository: the newest that has a jar, with what its pom asks for", async () => {
    const home = "good";
    for (const version of ["2.9.0", "2.10.1"]) {
      await put(`${client(home, version)}.jar`);
      await put(`${client(home, version)}.pom`, pom("1.4.0"));
    }
    // A download that failed leaves a folder.
    await put(`${client(home, "2.11.0")}.pom.lastUpdated`);
    await put(core(home, "1.4.0"));
    await put(`${home}/.m2/repository/software/amazon/awssdk/utils-lite/2.34.0/utils-lite-2.34.0.jar`);
    const found = findJavaClient({ HOME: join(folder, home) });
    expect(found.version).toBe("2.10.1");
    expect(found.jars.map((jar) => basename(jar))).toEqual([
      ...[`${name}-2.10.1.jar`, "aws-lambda-java-core-1.4.0.jar", "utils-lite-2.34.0.jar"],
    ]);
  });

  test("not there, or without something that it needs: what it lacks, and the command that brings it", async () => {
    const hint = expect.stringContaining(`mvn dependency:get -Dartifact=com.amazonaws:${name}:`);
    const message = (words: string) => ({
      code: "InvalidRuntimeException",
      message: expect.stringContaining(words),
      hint,
    });
    expect(() => findJavaClient({ HOME: join(folder, "empty") })).toThrow(
      expect.objectContaining(message("is not in")),
    );
    await put(`${client("half", "2.9.0")}.jar`);
    expect(() => findJavaClient({ HOME: join(folder, "half") })).toThrow(
      expect.objectContaining(message(".pom is not there")),
    );
    await put(`${client("half", "2.9.0")}.pom`, pom("9.9"));
    expect(() => findJavaClient({ HOME: join(folder, "half") })).toThrow(
      expect.objectContaining(message("aws-lambda-java-core-9.9.jar, which is not there")),
    );
  });

  test("in a folder that is named", async () => {
    const jars = await Promise.all(
      ["aws-lambda-java-core-1.4.0.jar", `${name}-2.9.0.jar`, "x.jar"].map((jar) => put(`jars/${jar}`)),
    );
    await put("jars/readme.txt");
    expect(findJavaClient({ LAMBDA_EXT_JAVA_RIC: join(folder, "jars") })).toEqual({
      version: "2.9.0",
      client: jars[1],
      jars,
    });
    await put(`alone/${name}-2.9.0.jar`);
    expect(() => findJavaClient({ LAMBDA_EXT_JAVA_RIC: join(folder, "alone") })).toThrow(
      /without aws-lambda-java-core/,
    );
  });
});

describe("java", () => {
  const jdk = async (name: string, version: string) => {
    await put(`${name}/release`, `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
    return put(`${name}/bin/java`, "#!/bin/sh\n", 0o755);
  };

  test("the function's version before another; JAVA_HOME before PATH; LAMBDA_EXT_JAVA before all", async () => {
    const old = await jdk("jdk8", "1.8.0_392");
    const strange = await jdk("jdk99", "99.0.1");
    const env = { JAVA_HOME: join(folder, "jdk8"), PATH: join(folder, "jdk99/bin") };
    expect(await findJava(8, env)).toEqual({
      program: old,
      version: "1.8.0_392",
      major: 8,
      home: join(folder, "jdk8"),
    });
    expect(await findJava(99, env)).toMatchObject({ program: strange, major: 99 });
    expect(await findJava(98, env)).toMatchObject({ program: old });
    expect(await findJava(undefined, env)).toMatchObject({ program: old });
    expect(await findJava(8, { ...env, LAMBDA_EXT_JAVA: strange })).toMatchObject({ major: 99 });
  });

  test("one that has no release file is asked; none at all is said", async () => {
    const asked = await put("asked/bin/java", `#!/bin/sh\necho 'openjdk version "21.0.2" 2024-01-16' >&2\n`, 0o755);
    expect(await findJava(21, { LAMBDA_EXT_JAVA: asked })).toMatchObject({ version: "21.0.2", major: 21 });
    await expect(findJava(21, { LAMBDA_EXT_JAVA: "/nowhere/java" })).rejects.toMatchObject({
      ...{ code: "InvalidRuntimeException", message: expect.stringContaining("/nowhere/java") },
      hint: expect.stringContaining("openjdk-21-jre-headless"),
    });
  });
});
