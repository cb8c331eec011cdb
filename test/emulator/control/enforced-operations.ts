// Every operation of the endpoint as a caller makes it, with the action and the resource that IAM judges.
import { AccountClient, ListRegionsCommand } from "@aws-sdk/client-account";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as secrets from "@aws-sdk/client-secrets-manager";
import * as ssm from "@aws-sdk/client-ssm";
import type { clientOptions } from "./support.ts";

type Options = ReturnType<typeof clientOptions>;

/** One operation: what is asked for as what. */
export interface JudgedOperation {
  readonly service: string;
  readonly operation: string;
  readonly action: string;
  /** `*` where the action has none. */
  readonly resource: string;
  send(options: Options): Promise<unknown>;
}

// The SDK's commands and clients fit each other by types that no table can hold.
type AnyCommand = new (input: never) => object;
type AnyClient = new (options: Options) => { send(command: never): Promise<unknown> };
type Row = readonly [command: AnyCommand, input: object, resource: string, action?: string];

function operationsOf(service: string, client: AnyClient, rows: readonly Row[]): JudgedOperation[] {
  return rows.map(([command, input, resource, action]) => {
    const operation = command.name.replace(/Command$/, "");
    return {
      service,
      operation,
      action: action ?? `${service}:${operation}`,
      resource,
      send: (options) => new client(options).send(new command(input as never) as never),
    };
  });
}

const here = "us-east-1:123456789012";
const fn = `arn:aws:lambda:${here}:function:f`;
const layer = `arn:aws:lambda:${here}:layer:l`;
const version = `${layer}:3`;
const role = "arn:aws:iam::123456789012:role/r";
const policy = "arn:aws:iam::123456789012:policy/p";
const group = `arn:aws:logs:${here}:log-group:/g:*`;
const parameter = `arn:aws:ssm:${here}:parameter/p/q`;
const FunctionName = "f";
const zip = Buffer.from("PK");
const trust = "{}";

/** An address with the bucket's name in front of it would need a name server. */
class PathStyleClient extends s3.S3Client {
  constructor(options: Options) {
    super({ ...options, forcePathStyle: true });
  }
}
const object = { Bucket: "bucket", Key: "a/b" };
const objectArn = "arn:aws:s3:::bucket/a/b";
const bucketArn = "arn:aws:s3:::bucket";
const upload = { ...object, UploadId: "u", PartNumber: 1 };

/** All of them. */
export const judgedOperations: readonly JudgedOperation[] = [
  ...operationsOf("lambda", lambda.LambdaClient, [
    [lambda.InvokeCommand, { FunctionName }, fn, "lambda:InvokeFunction"],
    [lambda.InvokeWithResponseStreamCommand, { FunctionName }, fn, "lambda:InvokeFunction"],
    [lambda.GetFunctionCommand, { FunctionName }, fn],
    [lambda.GetFunctionConfigurationCommand, { FunctionName, Qualifier: "2" }, `${fn}:2`],
    [lambda.ListFunctionsCommand, {}, "*"],
    [
      lambda.CreateFunctionCommand,
      { FunctionName, Role: role, Runtime: "nodejs22.x", Handler: "i.h", Code: { ZipFile: zip } },
      fn,
    ],
    [lambda.UpdateFunctionCodeCommand, { FunctionName, ZipFile: zip }, fn],
    [lambda.UpdateFunctionConfigurationCommand, { FunctionName, Timeout: 5 }, fn],
    [lambda.DeleteFunctionCommand, { FunctionName }, fn],
    [lambda.PublishVersionCommand, { FunctionName }, fn],
    [lambda.ListVersionsByFunctionCommand, { FunctionName }, fn],
    [lambda.CreateAliasCommand, { FunctionName, Name: "a", FunctionVersion: "1" }, fn],
    [lambda.GetAliasCommand, { FunctionName, Name: "a" }, fn],
    [lambda.ListAliasesCommand, { FunctionName }, fn],
    [lambda.UpdateAliasCommand, { FunctionName, Name: "a" }, fn],
    [lambda.DeleteAliasCommand, { FunctionName, Name: "a" }, fn],
    [lambda.PutFunctionConcurrencyCommand, { FunctionName, ReservedConcurrentExecutions: 1 }, fn],
    [lambda.GetFunctionConcurrencyCommand, { FunctionName }, fn],
    [lambda.DeleteFunctionConcurrencyCommand, { FunctionName }, fn],
    [lambda.PutFunctionEventInvokeConfigCommand, { FunctionName }, fn],
    [lambda.UpdateFunctionEventInvokeConfigCommand, { FunctionName }, fn],
    [lambda.GetFunctionEventInvokeConfigCommand, { FunctionName }, fn],
    [lambda.DeleteFunctionEventInvokeConfigCommand, { FunctionName }, fn],
    [lambda.ListFunctionEventInvokeConfigsCommand, { FunctionName }, fn],
    [lambda.GetLayerVersionByArnCommand, { Arn: version }, version, "lambda:GetLayerVersion"],
    [lambda.ListLayersCommand, {}, "*"],
    [lambda.ListLayerVersionsCommand, { LayerName: "l" }, layer],
    [lambda.PublishLayerVersionCommand, { LayerName: "l", Content: { ZipFile: zip } }, layer],
    [lambda.GetLayerVersionCommand, { LayerName: "l", VersionNumber: 3 }, version],
    [lambda.DeleteLayerVersionCommand, { LayerName: layer, VersionNumber: 3 }, version],
    [
      lambda.AddLayerVersionPermissionCommand,
      { LayerName: "l", VersionNumber: 3, StatementId: "s", Action: "lambda:GetLayerVersion", Principal: "*" },
      version,
    ],
    [lambda.GetLayerVersionPolicyCommand, { LayerName: "l", VersionNumber: 3 }, version],
    [lambda.RemoveLayerVersionPermissionCommand, { LayerName: "l", VersionNumber: 3, StatementId: "s" }, version],
    [lambda.ListTagsCommand, { Resource: fn }, fn],
    [lambda.TagResourceCommand, { Resource: fn, Tags: { a: "b" } }, fn],
    [lambda.UntagResourceCommand, { Resource: fn, TagKeys: ["a"] }, fn],
    [lambda.GetAccountSettingsCommand, {}, "*"],
  ]),
  ...operationsOf("iam", iam.IAMClient, [
    [iam.CreateRoleCommand, { RoleName: "r", AssumeRolePolicyDocument: trust }, role],
    [iam.GetRoleCommand, { RoleName: "r" }, role],
    [iam.ListRolesCommand, {}, "*"],
    [iam.DeleteRoleCommand, { RoleName: "r" }, role],
    [iam.UpdateAssumeRolePolicyCommand, { RoleName: "r", PolicyDocument: trust }, role],
    [iam.PutRolePolicyCommand, { RoleName: "r", PolicyName: "p", PolicyDocument: "{}" }, role],
    [iam.GetRolePolicyCommand, { RoleName: "r", PolicyName: "p" }, role],
    [iam.ListRolePoliciesCommand, { RoleName: "r" }, role],
    [iam.DeleteRolePolicyCommand, { RoleName: "r", PolicyName: "p" }, role],
    [iam.AttachRolePolicyCommand, { RoleName: "r", PolicyArn: policy }, role],
    [iam.DetachRolePolicyCommand, { RoleName: "r", PolicyArn: policy }, role],
    [iam.ListAttachedRolePoliciesCommand, { RoleName: "r" }, role],
    [iam.GetPolicyCommand, { PolicyArn: policy }, policy],
    [iam.GetPolicyVersionCommand, { PolicyArn: policy, VersionId: "v1" }, policy],
  ]),
  ...operationsOf("ssm", ssm.SSMClient, [
    [ssm.PutParameterCommand, { Name: "/p/q", Value: "v" }, parameter],
    [ssm.GetParameterCommand, { Name: "/p/q" }, parameter],
    [ssm.GetParametersCommand, { Names: ["/p/q"] }, parameter],
    [ssm.GetParametersByPathCommand, { Path: "/p/q" }, parameter],
    [ssm.DeleteParameterCommand, { Name: "/p/q" }, parameter],
  ]),
  ...operationsOf("secretsmanager", secrets.SecretsManagerClient, [
    [secrets.CreateSecretCommand, { Name: "t", SecretString: "v" }, `arn:aws:secretsmanager:${here}:secret:t-??????`],
    [secrets.PutSecretValueCommand, { SecretId: "s", SecretString: "v" }, "s"],
    [secrets.UpdateSecretCommand, { SecretId: "s" }, "s"],
    [secrets.GetSecretValueCommand, { SecretId: "s" }, "s"],
    [secrets.DescribeSecretCommand, { SecretId: "s" }, "s"],
    [secrets.ListSecretsCommand, {}, "*"],
    [secrets.DeleteSecretCommand, { SecretId: "s" }, "s"],
    [secrets.RestoreSecretCommand, { SecretId: "s" }, "s"],
  ]),
  ...operationsOf("logs", logs.CloudWatchLogsClient, [
    [logs.CreateLogGroupCommand, { logGroupName: "/g" }, group],
    [logs.DescribeLogGroupsCommand, {}, "*"],
    [logs.DeleteLogGroupCommand, { logGroupName: "/g" }, group],
    [logs.PutRetentionPolicyCommand, { logGroupName: "/g", retentionInDays: 1 }, group],
    [logs.DeleteRetentionPolicyCommand, { logGroupName: "/g" }, group],
    [logs.CreateLogStreamCommand, { logGroupName: "/g", logStreamName: "s" }, group],
    [logs.DescribeLogStreamsCommand, { logGroupName: "/g" }, group],
    [logs.PutLogEventsCommand, { logGroupName: "/g", logStreamName: "s", logEvents: [] }, group],
    [logs.GetLogEventsCommand, { logGroupName: "/g", logStreamName: "s" }, group],
    [logs.FilterLogEventsCommand, { logGroupName: "/g" }, group],
  ]),
  ...operationsOf("s3", PathStyleClient, [
    [s3.ListBucketsCommand, {}, "*", "s3:ListAllMyBuckets"],
    [s3.CreateBucketCommand, { Bucket: "bucket" }, bucketArn],
    [s3.DeleteBucketCommand, { Bucket: "bucket" }, bucketArn],
    [s3.GetBucketLocationCommand, { Bucket: "bucket" }, bucketArn],
    [s3.GetBucketVersioningCommand, { Bucket: "bucket" }, bucketArn],
    [s3.ListObjectsV2Command, { Bucket: "bucket" }, bucketArn, "s3:ListBucket"],
    [s3.PutObjectCommand, { ...object, Body: "x" }, objectArn],
    [s3.GetObjectCommand, object, objectArn],
    [s3.DeleteObjectCommand, object, objectArn],
    [s3.CreateMultipartUploadCommand, object, objectArn, "s3:PutObject"],
    [s3.UploadPartCommand, { ...upload, Body: "x" }, objectArn, "s3:PutObject"],
    [s3.CompleteMultipartUploadCommand, upload, objectArn, "s3:PutObject"],
    [s3.AbortMultipartUploadCommand, upload, objectArn],
  ]),
  ...operationsOf("account", AccountClient, [[ListRegionsCommand, {}, "arn:aws:account::123456789012:account"]]),
];
