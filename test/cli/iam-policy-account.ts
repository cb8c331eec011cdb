// An account on this machine whose user has a policy that the test writes, and what commands need to find in it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  AddLayerVersionPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type LeadingEndpoint, leadEndpoint } from "../../src/emulator/background/lead.ts";
import { clientOptions, executorOf, fakeExecution, lambdaTrust, zipOf } from "../emulator/control/support.ts";

/** An account, and the states that it can be brought into. */
export class Account {
  readonly endpoint: LeadingEndpoint;
  private readonly lambda: LambdaClient;
  /** In eu-west-1. */
  private readonly elsewhere: LambdaClient;
  private readonly iam: IAMClient;
  private readonly secrets: SecretsManagerClient;
  private readonly policyFile: string;
  private readonly run: AccountParts["run"];
  private readonly settle: { milliseconds: number };

  private constructor(endpoint: LeadingEndpoint, parts: AccountParts & { readonly settle: { milliseconds: number } }) {
    const options = clientOptions(endpoint);
    this.endpoint = endpoint;
    this.lambda = new LambdaClient(options);
    this.elsewhere = new LambdaClient(clientOptions(endpoint, "eu-west-1"));
    this.iam = new IAMClient(options);
    this.secrets = new SecretsManagerClient(options);
    this.policyFile = parts.policyFile;
    this.run = parts.run;
    this.settle = parts.settle;
  }

  /** Serves a folder as its endpoint, so that commands find it. */
  static async open(parts: AccountParts): Promise<Account> {
    writeFileSync(parts.policyFile, everything);
    const settle = { milliseconds: 25 };
    const endpoint = await leadEndpoint({
      directory: parts.directory,
      pid: process.pid,
      env: {},
      enforceIam: parts.policyFile,
      createExecutor: executorOf(fakeExecution()),
      settleMilliseconds: () => settle.milliseconds,
    });
    if (!endpoint) throw new Error("somebody serves the folder");
    return new Account(endpoint, { ...parts, settle });
  }

  /** Lets the user do what a policy allows. */
  enforce(policy: object): void {
    writeFileSync(this.policyFile, JSON.stringify(policy));
  }

  /** Empties the account of functions and layers, and lets the user do everything. */
  async reset(): Promise<void> {
    writeFileSync(this.policyFile, everything);
    this.settle.milliseconds = 25;
    const { Functions = [] } = await this.lambda.send(new ListFunctionsCommand({}));
    for (const { FunctionName = "" } of Functions) await this.noFunction(FunctionName);
    await this.deleteLayers(this.lambda, ["demo-x86_64", "demo-arm64"]);
    await this.deleteLayers(this.elsewhere, ["fixed"]);
    await this.role("demo-role");
    await this.role("other-role");
    await this.layersOf("any bytes", ["demo-x86_64"]);
  }

  /** A version of each layer with other content than the project's. */
  async layersOf(content: string, names: readonly string[]): Promise<void> {
    for (const LayerName of names) {
      const Content = { ZipFile: await zipOf({ content }) };
      const CompatibleArchitectures = [LayerName.endsWith("arm64") ? ("arm64" as const) : ("x86_64" as const)];
      await this.lambda.send(new PublishLayerVersionCommand({ LayerName, Content, CompatibleArchitectures }));
    }
  }

  /** The project's own, as version 1 of each layer or the newest. */
  async publishedLayers(): Promise<void> {
    await this.run("publish");
  }

  /** Copies of a version in eu-west-1. */
  async copiesOf(arn: string): Promise<void> {
    await this.run("mirror", arn, "--to-region", "eu-west-1");
  }

  /** Shares the newest versions. */
  async grantTo(Principal: string, names: readonly string[], region = "us-east-1"): Promise<void> {
    const lambda = region === "us-east-1" ? this.lambda : this.elsewhere;
    for (const LayerName of names) {
      const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName }));
      const statement = { StatementId: "shared", Action: "lambda:GetLayerVersion", Principal };
      const VersionNumber = LayerVersions[0]?.Version ?? 0;
      await lambda.send(new AddLayerVersionPermissionCommand({ LayerName, VersionNumber, ...statement }));
    }
  }

  /** A function that is Active. */
  async function(FunctionName: string, Layers: string[] = []): Promise<void> {
    await this.noFunction(FunctionName);
    await this.create(FunctionName, Layers);
    const look = () => this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    while ((await look()).State === "Pending") await sleep(10);
  }

  /** One that will be Active in a moment, but is not yet. */
  async pendingFunction(FunctionName: string): Promise<void> {
    await this.noFunction(FunctionName);
    this.settle.milliseconds = 1500;
    await this.create(FunctionName, []);
  }

  /** A function that has a layer, with an alias that leads to a version which has it too. */
  async functionWithLayer(name: string): Promise<void> {
    await this.layersOf("its bytes", [name]);
    const { LayerVersions = [] } = await this.lambda.send(new ListLayerVersionsCommand({ LayerName: name }));
    await this.function("f", [LayerVersions[0]?.LayerVersionArn ?? ""]);
    await this.lambda.send(new PublishVersionCommand({ FunctionName: "f" }));
    await this.lambda.send(new CreateAliasCommand({ FunctionName: "f", Name: "live", FunctionVersion: "1" }));
  }

  async noFunction(FunctionName: string): Promise<void> {
    await this.lambda.send(new DeleteFunctionCommand({ FunctionName })).catch(ignoreMissing);
  }

  async role(RoleName: string): Promise<void> {
    await this.noRole(RoleName);
    await this.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust }));
    const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    await this.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }

  async noRole(RoleName: string): Promise<void> {
    try {
      const { AttachedPolicies = [] } = await this.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      for (const { PolicyArn } of AttachedPolicies) {
        await this.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
      }
      const { PolicyNames = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }));
      for (const PolicyName of PolicyNames) await this.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await this.iam.send(new DeleteRoleCommand({ RoleName }));
    } catch (error) {
      ignoreMissing(error);
    }
  }

  async secret(Name: string): Promise<void> {
    await this.noSecret(Name);
    await this.secrets.send(new CreateSecretCommand({ Name, SecretString: "old" }));
  }

  async noSecret(SecretId: string): Promise<void> {
    await this.secrets
      .send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
      .catch(ignoreMissing);
  }

  async bucket(Bucket: string): Promise<void> {
    const s3 = new S3Client({ ...clientOptions(this.endpoint), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket })).catch(() => {});
  }

  private async deleteLayers(lambda: LambdaClient, names: readonly string[]): Promise<void> {
    for (const LayerName of names) {
      const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName }));
      for (const { Version: VersionNumber = 0 } of LayerVersions) {
        await lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }));
      }
    }
  }

  private async create(FunctionName: string, Layers: string[]): Promise<void> {
    await this.lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Layers, Runtime: "nodejs22.x", Handler: "index.handler" },
        Role: "arn:aws:iam::123456789012:role/demo-role",
        Code: { ZipFile: await zipOf({ "index.js": "exports.handler = async () => 1" }) },
      }),
    );
  }
}

interface AccountParts {
  readonly directory: string;
  readonly policyFile: string;
  /** Runs a command line in the project. */
  readonly run: (...args: readonly string[]) => Promise<unknown>;
}

const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
});

function ignoreMissing(error: unknown): void {
  if (!/NotFound|NoSuchEntity/.test((error as Error).name)) throw error;
}

/** The file of the account's policy in its folder. */
export function policyFileIn(folder: string): string {
  return join(folder, "policy.json");
}
