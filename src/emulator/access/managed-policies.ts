// The policies that AWS manages, those that functions' roles have as a rule: what they allow, written down in our words.
import type { PolicyDocument } from "./policy.ts";

/** A policy of AWS's. */
export interface ManagedPolicy {
  readonly name: string;
  /** `/` or `/service-role/`. */
  readonly path: string;
  readonly description: string;
  readonly document: PolicyDocument;
}

const everywhere = "*";

function allow(actions: readonly string[], resource: string | readonly string[] = everywhere): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: resource }] };
}

const logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

const policies: readonly ManagedPolicy[] = [
  {
    name: "AWSLambdaBasicExecutionRole",
    path: "/service-role/",
    description: "Provides write permissions to CloudWatch Logs.",
    document: allow(logs),
  },
  {
    name: "AWSLambdaVPCAccessExecutionRole",
    path: "/service-role/",
    description:
      "Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC.",
    document: allow([
      ...logs,
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ]),
  },
  {
    name: "AWSLambdaRole",
    path: "/service-role/",
    description: "Default policy for AWS Lambda service role.",
    document: allow(["lambda:InvokeFunction"]),
  },
  {
    name: "AWSXRayDaemonWriteAccess",
    path: "/",
    description: "Allow the AWS X-Ray Daemon to relay raw trace segments data to the service's API.",
    document: allow([
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:GetSamplingStatisticSummaries",
    ]),
  },
  {
    name: "AmazonSSMReadOnlyAccess",
    path: "/",
    description: "Provides read only access to Amazon SSM.",
    document: allow(["ssm:Describe*", "ssm:Get*", "ssm:List*"]),
  },
  {
    name: "AdministratorAccess",
    path: "/",
    description: "Provides full access to AWS services and resources.",
    document: allow(["*"]),
  },
  {
    name: "AWSLambda_FullAccess",
    path: "/",
    description: "Grants full access to AWS Lambda service.",
    document: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: [
            "lambda:*",
            "logs:DescribeLogGroups",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:ListRoles",
          ],
          Resource: "*",
        },
        {
          Effect: "Allow",
          Action: ["logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"],
          Resource: "arn:aws:logs:*:*:log-group:/aws/lambda/*",
        },
      ],
    },
  },
  {
    name: "CloudWatchLogsFullAccess",
    path: "/",
    description: "Provides full access to CloudWatch Logs.",
    document: allow(["logs:*"]),
  },
  {
    name: "CloudWatchLambdaInsightsExecutionRolePolicy",
    path: "/",
    description: "Policy required for the Lambda Insights Extension.",
    document: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "logs:CreateLogGroup", Resource: "*" },
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*",
        },
      ],
    },
  },
  {
    name: "SecretsManagerReadWrite",
    path: "/",
    description: "Provides read/write access to AWS Secrets Manager.",
    document: allow(["secretsmanager:*"]),
  },
  {
    name: "AmazonDynamoDBReadOnlyAccess",
    path: "/",
    description: "Provides read only access to Amazon DynamoDB.",
    document: allow([
      "dynamodb:BatchGetItem",
      "dynamodb:Describe*",
      "dynamodb:List*",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:PartiQLSelect",
    ]),
  },
];

/** A managed policy by its ARN, in whatever partition; undefined where we don't have it. */
export function managedPolicy(arn: string): ManagedPolicy | undefined {
  const match = /^arn:aws[a-z-]*:iam::aws:policy(\/(?:.+\/)?)([^/]+)$/.exec(arn);
  return policies.find((policy) => policy.path === match?.[1] && policy.name === match[2]);
}

/** The names of those that we have, for a refusal that helps. */
export const managedPolicyNames: readonly string[] = policies.map(({ name }) => name);
