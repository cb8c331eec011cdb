// The CI workflow of new projects: well formed, careful with what it may do, and fit for the project that it lies in.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { packageVersion } from "../../src/model/package.ts";
import { loadProject } from "../../src/project/load.ts";
import { createProject } from "../../src/scaffold/create-project.ts";
import { listTemplates } from "../../src/scaffold/template.ts";
import { workflow, workflowFile, workflowSection } from "../../src/scaffold/workflow.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missingYaml, readYaml } from "../support/yaml.ts";
import { wordsOf } from "../templates/readme-lines.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "runs-on": string;
  readonly "timeout-minutes": string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The actions that are used, with the inputs of theirs that are. */
const actions: Readonly<Record<string, readonly string[]>> = {
  "actions/checkout@v6": ["persist-credentials"],
  "actions/setup-go@v6": ["go-version-file", "cache"],
  "actions/setup-node@v6": ["node-version"],
  "actions/upload-artifact@v5": ["name", "path", "if-no-files-found"],
  "actions/download-artifact@v6": ["name", "path"],
  "aws-actions/configure-aws-credentials@v5": ["role-to-assume", "aws-region"],
};

const program = createProgram({ execute: async () => {}, outputError: () => {}, writeErr: () => {} });
const templates = await listTemplates();

describe.skipIf(missingYaml).each(templates)("the workflow of $id (needs Python's yaml)", ({ id }) => {
  async function made() {
    const directory = join(temporaryFolder(), "project");
    const { files } = await createProject({ template: id, directory, name: "orders" });
    const text = readFileSync(join(directory, workflowFile), "utf8");
    const { kind } = await loadProject({ cwd: directory });
    return { directory, files, text, kind, parsed: readYaml(text) as Workflow };
  }

  test("is a workflow of known actions, in known versions, with nothing left open", async () => {
    const { text, parsed } = await made();
    expect(Object.keys(parsed)).toEqual(["name", "on", "permissions", "concurrency", "jobs"]);
    expect(parsed.on).toEqual({ push: { branches: ["main"], tags: ["v*"] }, pull_request: "" });
    for (const [name, job] of Object.entries(parsed.jobs)) {
      expect(job, name).toMatchObject({ "runs-on": "ubuntu-24.04", "timeout-minutes": "15" });
      for (const { uses, run, with: inputs = {} } of job.steps) {
        expect([uses, run].filter((each) => each !== undefined)).toHaveLength(1);
        if (uses === undefined) continue;
        expect(Object.keys(actions)).toContain(uses);
        for (const input of Object.keys(inputs)) expect(actions[uses], `${uses} ${input}`).toContain(input);
      }
    }
    const expressions = [...text.matchAll(/\$\{\{ (.*?) \}\}/g)].map(([, expression]) => expression);
    expect(new Set(expressions)).toEqual(
      new Set(["github.ref", "github.ref_type != 'tag'", "vars.AWS_ROLE_ARN", "vars.AWS_REGION"]),
    );
    expect(text).not.toMatch(/secrets\.|undefined|\t| $/m);
  });

  test("may read, and only for tags take a role in AWS", async () => {
    const { parsed, kind } = await made();
    expect(parsed.permissions).toEqual({ contents: "read" });
    const last = kind === "function" ? "deploy" : "publish";
    expect(Object.keys(parsed.jobs)).toEqual(["build", last]);
    expect(parsed.jobs.build?.permissions).toBeUndefined();
    expect(parsed.jobs[last]).toMatchObject({
      if: "github.ref_type == 'tag'",
      needs: "build",
      permissions: { contents: "read", "id-token": "write" },
    });
    const checkouts = Object.values(parsed.jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith("actions/checkout")),
    );
    for (const { with: inputs } of checkouts) expect(inputs).toEqual({ "persist-credentials": "false" });
  });

  test("tests what there is, builds, checks, and hands on what was checked", async () => {
    const { parsed, files, kind, directory } = await made();
    const [build, last] = Object.values(parsed.jobs).map(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    const scripts = files.filter((file) => readFileSync(join(directory, file), "utf8").startsWith("#!/bin/sh"));
    const install = `npm install --global lambda-ext@${packageVersion}`;
    expect(build).toEqual([
      install,
      ...(files.includes("go.mod")
        ? ['test -z "$(gofmt -l . | tee /dev/stderr)"', "go vet ./...", "go test ./..."]
        : []),
      ...scripts.map((file) => `sh -n ${file}`),
      "lambda-ext build",
      "lambda-ext check",
    ]);
    expect(build?.length).toBeGreaterThan(3);
    expect(last).toEqual([
      install,
      kind === "function" ? "lambda-ext update-function orders --zip dist/orders-amd64.zip" : "lambda-ext publish",
    ]);
    for (const line of [...(build ?? []), ...(last ?? [])]) {
      const [ours, name, ...args] = wordsOf(line);
      if (ours !== "lambda-ext") continue;
      const command = program.commands.find((candidate) => candidate.name() === name);
      expect(command?.parseOptions(args).unknown, line).toEqual([]);
    }
    const uses = parsed.jobs.build?.steps.flatMap((step) => step.uses ?? []) ?? [];
    expect(uses.some((action) => action.startsWith("actions/setup-go"))).toBe(files.includes("go.mod"));
  });

  test("is told of in the README", async () => {
    const { directory } = await made();
    const readme = readFileSync(join(directory, "README.md"), "utf8");
    expect(readme).toContain(`\n\n## In CI\n\n\`${workflowFile}\` `);
    expect(readme).toContain("`AWS_ROLE_ARN` and `AWS_REGION`.\n");
  });
});

test("a region that the configuration names is the workflow's too", () => {
  const request = { name: "x", kind: "layer", files: new Map(), region: "eu-central-1", version: "1.2.3" } as const;
  expect(workflow(request)).toContain("\n          aws-region: eu-central-1\n");
  expect(workflow(request)).toContain("npm install --global lambda-ext@1.2.3\n");
  for (const text of [workflow(request), workflowSection(request)]) expect(text).not.toContain("AWS_REGION");
});

test("what the role must be allowed is said for layers and for functions", () => {
  const request = { name: "x", files: new Map(), region: undefined, version: "1" };
  expect(workflow({ ...request, kind: "extension" })).toContain(
    "lambda:PublishLayerVersion on arn:aws:lambda:*:*:layer:x-*\n",
  );
  expect(workflow({ ...request, kind: "function" })).toContain(
    "lambda:UpdateFunctionCode on arn:aws:lambda:*:*:function:x\n",
  );
});
