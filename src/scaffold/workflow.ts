// The CI workflow of a new project, for GitHub: what it says follows from what the project is, so that no template carries one of its own.
import type { ProjectKind } from "../model/artifact.ts";

/** Where the workflow lies in a project. */
export const workflowFile = ".github/workflows/ci.yml";

/** What the workflow is for. */
export interface WorkflowRequest {
  readonly name: string;
  readonly kind: ProjectKind;
  /** The project's files, with their content. */
  readonly files: ReadonlyMap<string, string>;
  /** The region of the configuration, where it names one. */
  readonly region: string | undefined;
  /** The version of this package that the workflow installs. */
  readonly version: string;
}

/** The workflow's text: every change is tested, built and checked; a tag brings what was checked to AWS. */
export function workflow(request: WorkflowRequest): string {
  const { name, kind, region } = request;
  const aim = kind === "function" ? "updates the function" : "publishes the layers";
  const setUp = [
    ...step("uses: actions/setup-node@v6", ["node-version: 24"]),
    ...step(`run: npm install --global lambda-ext@${request.version}`),
  ];
  return `# Tests, builds and checks every change; a tag such as v1.2.0 ${aim}: exactly the zips that were checked.
#
${roleComment(request)}
name: ci

on:
  push:
    branches: [main]
    tags: ["v*"]
  pull_request:

permissions:
  contents: read

concurrency:
  group: ci-\${{ github.ref }}
  # A newer commit makes the older one's run needless. What goes to AWS is never broken off.
  cancel-in-progress: \${{ github.ref_type != 'tag' }}

jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
${hasGo(request) ? goEnvironment : ""}    steps:
${lines([
  ...step("uses: actions/checkout@v6", ["persist-credentials: false"]),
  ...(hasGo(request) ? step("uses: actions/setup-go@v6", goInputs(request)) : []),
  ...setUp,
  ...testCommands(request).flatMap((command) => step(`run: ${command}`)),
  ...step("run: lambda-ext build"),
  ...step("run: lambda-ext check"),
  ...step("uses: actions/upload-artifact@v5", ["name: dist", "path: dist", "if-no-files-found: error"]),
])}

  ${kind === "function" ? "deploy" : "publish"}:
    if: github.ref_type == 'tag'
    needs: build
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read
      # For the token that AWS exchanges for the role's credentials.
      id-token: write
    steps:
${lines([
  ...step("uses: actions/checkout@v6", ["persist-credentials: false"]),
  ...setUp,
  ...step("uses: actions/download-artifact@v6", ["name: dist", "path: dist"]),
  ...step("uses: aws-actions/configure-aws-credentials@v5", [
    `role-to-assume: ${variable("AWS_ROLE_ARN")}`,
    `aws-region: ${region ?? variable("AWS_REGION")}`,
  ]),
  ...(kind === "function"
    ? [
        "# The zip for arm64 where that is the function's architecture.",
        ...step(`run: lambda-ext update-function ${name} --zip dist/${name}-amd64.zip`),
      ]
    : step("run: lambda-ext publish")),
])}
`;
}

/** The commands that test the project's sources, each to be run in its folder. */
function testCommands(request: WorkflowRequest): string[] {
  const scripts = [...request.files].filter(([, text]) => /^#!\/bin\/sh\b/.test(text)).map(([path]) => path);
  return [
    ...(hasGo(request) ? ['test -z "$(gofmt -l . | tee /dev/stderr)"', "go vet ./...", "go test ./..."] : []),
    ...scripts.sort().map((path) => `sh -n ${path}`),
  ];
}

function hasGo({ files }: WorkflowRequest): boolean {
  return files.has("go.mod");
}

const goEnvironment = `    env:
      # As lambda-ext builds, so that what one of them has compiled serves the others.
      CGO_ENABLED: "0"
      GOFLAGS: -trimpath
`;

/** What it caches it knows by go.sum, which a module that needs no other has not. */
function goInputs({ files }: WorkflowRequest): string[] {
  return ["go-version-file: go.mod", ...(files.has("go.sum") ? [] : ["cache: false"])];
}

/** How AWS comes to trust the workflow, for whoever sets it up. */
function roleComment({ name, kind, region }: WorkflowRequest): string {
  const allowed =
    kind === "function"
      ? [`lambda:GetFunction and lambda:UpdateFunctionCode on arn:aws:lambda:*:*:function:${name}`]
      : [
          "lambda:ListLayerVersions on *",
          `lambda:GetLayerVersion and lambda:PublishLayerVersion on arn:aws:lambda:*:*:layer:${name}-*`,
        ];
  const variables = region === undefined ? "AWS_ROLE_ARN and AWS_REGION" : "AWS_ROLE_ARN";
  return `# AWS lets it in by a role that it takes with GitHub's own token (OpenID Connect), so no access key is kept anywhere. Once:
#   1. IAM, Identity providers: https://token.actions.githubusercontent.com with the audience sts.amazonaws.com.
#   2. A role that trusts this provider (sts:AssumeRoleWithWebIdentity) for this repository's tags alone,
#        StringEquals  token.actions.githubusercontent.com:aud  sts.amazonaws.com
#        StringLike    token.actions.githubusercontent.com:sub  repo:OWNER/REPOSITORY:ref:refs/tags/v*
#      and that is allowed
${allowed.map((line) => `#        ${line}`).join("\n")}
#   3. The repository's settings, Actions variables: ${variables}.`;
}

/** A variable of the repository, as a workflow reads it. */
function variable(name: string): string {
  return `\${{ vars.${name} }}`;
}

/** A step of a job, its inputs below it. */
function step(what: string, inputs: readonly string[] = []): string[] {
  return [`- ${what}`, ...(inputs.length > 0 ? ["  with:", ...inputs.map((input) => `    ${input}`)] : [])];
}

function lines(steps: readonly string[]): string {
  return steps.map((line) => `      ${line}`).join("\n");
}

/** What the project's README says of the workflow. */
export function workflowSection({ kind, region }: WorkflowRequest): string {
  const variables = region === undefined ? "`AWS_ROLE_ARN` and `AWS_REGION`" : "`AWS_ROLE_ARN`";
  const aim = kind === "function" ? "updates the function" : "publishes the layers";
  return `
## In CI

\`${workflowFile}\` tests, builds and checks every push and pull request on GitHub. A tag such as \`v1.2.0\` ${aim} with exactly the zips that were checked. The first lines of the file say which role that takes in AWS, and what to set in the repository: ${variables}.
`;
}
