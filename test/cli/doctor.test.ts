// What doctor says of machines that have everything, and of those that lack something.
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examineNode, isOlder } from "../../src/cli/doctor/checkup.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { bubblewrapWorks, findTool, missing, namespacesWork, networksWork } from "../support/tools.ts";

interface Check {
  readonly name: string;
  readonly status: "ok" | "note" | "problem";
  readonly found: string;
  readonly remedy?: string;
}

/** No credentials but those that a test sets. */
const noCredentials = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
};

async function checksOf(
  env: Record<string, string | undefined>,
): Promise<{ code: number | null; checks: Map<string, Check> }> {
  const { code, stdout } = await runCli(["doctor", "--json"], { env: { ...noCredentials, ...env } });
  const { schemaVersion, checks }: { schemaVersion: number; checks: Check[] } = JSON.parse(stdout);
  expect(schemaVersion).toBe(1);
  return { code, checks: new Map(checks.map((check) => [check.name, check])) };
}

/** A PATH with these programs alone. */
function pathWith(programs: Record<string, string>): string {
  const folder = join(temporaryFolder(), "bin");
  mkdirSync(folder);
  for (const [name, content] of Object.entries(programs)) {
    if (content.startsWith("/")) symlinkSync(content, join(folder, name));
    else writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

describe("lambda-ext doctor", () => {
  it.skipIf(missing("go"))("finds Go, and says what the templates need (needs Go)", async () => {
    const { code, checks } = await checksOf({});
    expect(checks.get("Go")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/^1\.\d+.* \(the templates need 1\.\d+/),
    });
    expect(code).toBe(0);
  });

  it("calls a missing Go a problem, says how to get it, and exits 1", async () => {
    const { code, checks } = await checksOf({ PATH: pathWith({}) });
    expect(checks.get("Go")?.status).toBe("problem");
    expect(checks.get("Go")?.remedy).toContain("go.dev");
    expect(code).toBe(1);
  });

  it("calls a Go that is too old for the templates a problem", async () => {
    const old = '#!/bin/sh\necho \'{"GOVERSION":"go1.19.3","GOFLAGS":""}\'\n';
    const { code, checks } = await checksOf({ PATH: pathWith({ go: old }) });
    expect(checks.get("Go")).toMatchObject({ status: "problem", found: "1.19.3" });
    expect(code).toBe(1);
  });

  it("without bubblewrap and namespaces says that functions run in place, and the remedy", async () => {
    const { checks } = await checksOf({ PATH: pathWith({ unshare: "#!/bin/sh\nexit 1\n" }) });
    const local = checks.get("Local functions");
    expect(local).toMatchObject({ status: "note", found: expect.stringContaining("isolation none") });
    expect(local?.remedy).not.toBe("");
    expect(checks.get("Private networks")).toMatchObject({
      ...{ status: "note", remedy: local?.remedy },
      found: "none, so that invocations of one function wait for each other: isolation none has none to give.",
    });
  });

  it.skipIf(!namespacesWork())("without bubblewrap takes namespaces where they work (needs namespaces)", async () => {
    const { checks } = await checksOf({ PATH: pathWith({}) });
    expect(checks.get("Local functions")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/isolation namespace: .*bubblewrap \(bwrap\) is not installed/),
    });
  });

  it.skipIf(!namespacesWork())("says why there are no private networks (needs namespaces)", async () => {
    const unshare = `#!/bin/sh\ncase "$*" in *--net*) echo "no networks here" >&2; exit 1;; esac\nexec ${findTool("unshare")} "$@"\n`;
    const { checks } = await checksOf({ PATH: pathWith({ unshare }) });
    expect(checks.get("Private networks")).toMatchObject({
      ...{ status: "note", found: expect.stringContaining("no networks here") },
    });
  });

  it("says which Java functions would have, and what is missing of it", async () => {
    const folder = temporaryFolder();
    const name = "aws-lambda-java-runtime-interface-client-2.9.0.jar";
    for (const jar of [name, "aws-lambda-java-core-1.4.0.jar"]) writeFileSync(join(folder, jar), "");
    const java = "#!/bin/sh\necho 'openjdk version \"21.0.2\"' >&2\n";
    const env = { PATH: pathWith({ java }), JAVA_HOME: undefined, LAMBDA_EXT_JAVA: join(pathWith({ java }), "java") };
    const whole = (await checksOf({ ...env, LAMBDA_EXT_JAVA_RIC: folder })).checks.get("Java functions");
    expect(whole).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/^Java 21\.0\.2 .* AWS's client 2\.9\.0$/),
    });
    const half = (await checksOf({ ...env, HOME: folder })).checks.get("Java functions");
    expect(half).toMatchObject({
      ...{ status: "note", found: expect.stringContaining("aws-lambda-java-runtime-interface-client") },
      remedy: expect.stringContaining("mvn dependency:get"),
    });
    const none = (await checksOf({ ...env, LAMBDA_EXT_JAVA: "/nowhere" })).checks.get("Java functions");
    expect(none).toMatchObject({ status: "note", found: expect.stringContaining("no Java was found") });
  });

  it.skipIf(!bubblewrapWorks())("with bubblewrap says so (needs bubblewrap)", async () => {
    const { checks } = await checksOf({ PATH: pathWith({ bwrap: findTool("bwrap") ?? "" }) });
    expect(checks.get("Local functions")).toMatchObject({
      status: "ok",
      found: expect.stringContaining("isolation bwrap"),
    });
    expect(checks.get("Private networks")?.status).toBe(networksWork("bwrap") ? "ok" : "note");
  });

  const other = process.arch === "arm64" ? "x86_64" : "arm64";
  const qemu = process.arch === "arm64" ? "qemu-x86_64-static" : "qemu-aarch64-static";
  it.skipIf(existsSync(`/proc/sys/fs/binfmt_misc/${qemu.replace("-static", "")}`))(
    "says whether the other architecture's functions run (needs a kernel without qemu)",
    async () => {
      const PATH = pathWith({ [qemu]: "#!/bin/sh\n" });
      const { checks } = await checksOf({ PATH });
      expect(checks.get(`${other} functions`)).toMatchObject({ status: "ok", found: `through ${join(PATH, qemu)}` });
      const without = await checksOf({ PATH: "/nonexistent" });
      expect(without.checks.get(`${other} functions`)).toMatchObject({
        ...{ status: "note", found: "no qemu", remedy: expect.stringContaining("qemu-user-static") },
      });
    },
  );

  it("tells credentials that are there from none, and never shows them", async () => {
    const none = await checksOf({});
    expect(none.checks.get("AWS credentials")).toMatchObject({ status: "note", found: "none" });
    const keys = {
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    };
    const { stdout } = await runCli(["doctor"], { env: { ...noCredentials, ...keys } });
    expect(stdout).toContain("AKIA…MPLE");
    expect(stdout).not.toContain(keys.AWS_ACCESS_KEY_ID);
    expect(stdout).not.toContain(keys.AWS_SECRET_ACCESS_KEY);
  });
});

describe("what doctor knows", () => {
  it.each([
    ["1.19.3", "1.26", true],
    ["1.26.8", "1.26", false],
    ["1.26", "1.26.1", true],
    ["2.0", "1.26", false],
    ["1.100", "1.26", false],
  ])("Go %s against the least %s: older is %s", (version, least, older) => {
    expect(isOlder(version, least)).toBe(older);
  });

  it("warns of the end of Node.js 20, and of no other", () => {
    expect(examineNode("20.20.2").status).toBe("note");
    expect(examineNode("22.21.0").status).toBe("ok");
  });
});
