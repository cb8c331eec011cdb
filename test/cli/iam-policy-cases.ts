// Command lines, and the states of an account in which each needs all that `iam-policy` prints for it.
import type { Account } from "./iam-policy-account.ts";

/** A command line in one state or more. */
export interface PolicyCase {
  readonly line: readonly string[];
  /** Each makes the account what it has to be before the command; for every action there is one in which it is needed. */
  readonly states: readonly ((account: Account) => Promise<void>)[];
  /** Actions without which the command does not fail, and what it says instead. */
  readonly gentle?: Readonly<Record<string, RegExp>>;
  /** Actions that nothing on this machine needs. */
  readonly unproved?: readonly string[];
}

const layers = ["demo-x86_64", "demo-arm64"];
const other = "111122223333";
const original = "arn:aws:lambda:us-east-1:123456789012:layer:fixed:1";

export const policyCases: readonly PolicyCase[] = [
  { line: ["publish"], states: [(account) => account.layersOf("other bytes", layers)] },
  {
    line: ["publish", "--public", "--yes"],
    states: [
      (account) => account.layersOf("other bytes", layers),
      async (account) => {
        await account.publishedLayers();
        await account.grantTo(other, layers);
      },
    ],
  },
  {
    line: ["publish", "--private", "--yes"],
    states: [
      (account) => account.layersOf("other bytes", layers),
      async (account) => {
        await account.publishedLayers();
        await account.grantTo(other, layers);
      },
    ],
  },
  {
    line: ["publish", "--dry-run", "--account", other],
    states: [(account) => account.layersOf("other bytes", layers)],
  },
  {
    line: ["publish", "--dry-run", "--regions", "all", "--arch", "arm64"],
    states: [(account) => account.layersOf("other bytes", layers)],
    gentle: { "account:ListRegions": /not authorized to perform: account:ListRegions[\s\S]*are tried/ },
  },
  {
    line: ["publish", "--zip", "large.zip", "--layer-name", "large", "--bucket", "zips", "--force", "--arch", "arm64"],
    states: [(account) => account.bucket("zips")],
    gentle: {
      "s3:DeleteObject": /s3:\/\/zips\/lambda-ext\/large\/\S+ is not needed any more and could not be removed/,
    },
    // In buckets that keep versions alone, which the local endpoint does not play.
    unproved: ["s3:DeleteObjectVersion"],
  },
  { line: ["verify"], states: [(account) => account.publishedLayers()] },
  { line: ["verify", "--number", "1", "--arch", "amd64"], states: [(account) => account.publishedLayers()] },
  {
    line: ["verify", "--fix", "--yes", "--account", other],
    states: [
      (account) => account.layersOf("other bytes", layers),
      async (account) => {
        await account.publishedLayers();
        await account.grantTo("444455556666", layers);
      },
    ],
  },
  {
    line: ["mirror", original, "--to-region", "eu-west-1", "--account", other, "--yes"],
    states: [
      (account) => account.layersOf("bytes", ["fixed"]),
      async (account) => {
        await account.copiesOf(original);
        await account.grantTo("444455556666", ["fixed"], "eu-west-1");
      },
    ],
  },
  { line: ["arns"], states: [(account) => account.publishedLayers()] },
  { line: ["versions"], states: [(account) => account.publishedLayers()] },
  {
    line: ["versions", "--used-by", "demo-arm64"],
    states: [(account) => account.functionWithLayer("demo-arm64")],
  },
  {
    line: ["prune", "--keep", "1", "--yes"],
    states: [
      async (account) => {
        await account.layersOf("older bytes", layers);
        await account.layersOf("other bytes", layers);
      },
    ],
  },
  {
    line: ["prune", "--keep", "1", "--dry-run", "demo-arm64"],
    states: [(account) => account.layersOf("other bytes", layers)],
  },
  { line: ["put-parameter", "/demo/name", "--value", "v"], states: [async () => {}] },
  { line: ["put-parameter", "plain", "--value", "v"], states: [async () => {}] },
  {
    line: ["put-secret", "demo/token", "--value", "v"],
    states: [(account) => account.noSecret("demo/token"), (account) => account.secret("demo/token")],
  },
  {
    line: ["create-role", "made", "--managed-policy", "AWSXRayDaemonWriteAccess"],
    states: [(account) => account.noRole("made"), (account) => account.role("made")],
  },
  { line: ["get-role", "demo-role"], states: [(account) => account.role("demo-role")] },
  {
    line: ["create-function", "f", "--source", "code", "--role", "demo-role"],
    states: [(account) => account.noFunction("f")],
  },
  {
    line: ["create-function", "f", "--source", "code", "--role", "demo-role", "--layer", "demo-x86_64"],
    states: [(account) => account.noFunction("f")],
  },
  {
    line: ["update-function", "f", "--timeout", "9", "--role", "other-role"],
    states: [(account) => account.function("f")],
  },
  { line: ["update-function", "f", "--source", "code"], states: [(account) => account.function("f")] },
  { line: ["get-function", "f"], states: [(account) => account.function("f")] },
  { line: ["delete-function", "f", "--yes"], states: [(account) => account.function("f")] },
  { line: ["attach", "--function", "f"], states: [(account) => account.function("f")] },
  {
    line: ["attach", "--function", "f", "--layer", "fixed:1", "--dry-run"],
    states: [
      async (account) => {
        await account.layersOf("bytes", ["fixed"]);
        await account.function("f");
      },
    ],
  },
  { line: ["detach", "--function", "f"], states: [(account) => account.functionWithLayer("demo-x86_64")] },
  {
    line: ["invoke", "--function", "f"],
    states: [(account) => account.function("f"), (account) => account.pendingFunction("f")],
  },
  {
    line: ["invoke"],
    states: [(account) => account.function("f"), (account) => account.pendingFunction("f")],
  },
  { line: ["logs", "--function", "f"], states: [(account) => account.function("f")] },
  { line: ["logs"], states: [(account) => account.function("f")] },
];
