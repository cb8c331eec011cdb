// What each command needs of IAM: the one place from which policies, the README's table and the tests are made. It lies here and not in the
// rooms that make the calls since it hangs on what commands are told: only this room knows commands and their flags.
import { basicExecution, managedPolicyArn } from "../../functions/role/managed-policy.ts";
import * as when from "./branches.ts";
import type { CommandLine, Need, Place } from "./need.ts";
import { listOption } from "./read-option.ts";
import * as on from "./resources.ts";

const allRegions: Need = { actions: ["account:ListRegions"], on: on.account, when: when.inAllRegions };
const findFunction: Need = { actions: ["lambda:ListFunctions"], on: on.everything, when: when.unlessFunctionNamed };
const readFunction: Need = { actions: ["lambda:GetFunction"], on: on.functions };

const look: readonly Need[] = [
  { actions: ["lambda:ListLayerVersions"], on: on.layers },
  { actions: ["lambda:GetLayerVersion"], on: on.layerVersions },
  allRegions,
];

const share: readonly Need[] = [
  { actions: ["lambda:GetLayerVersionPolicy"], on: on.layerVersions, when: when.whenShared },
  { actions: ["lambda:AddLayerVersionPermission"], on: on.layerVersions, when: when.whenGranted },
  { actions: ["lambda:RemoveLayerVersionPermission"], on: on.layerVersions, when: when.whenRevoked },
];

/** Lambda takes the object with the caller's permission to get it; the second action to delete is for buckets that keep versions. */
const throughBucket: Need = {
  actions: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
  on: on.parcels,
  when: when.whenBucketNamed,
};

const survey: readonly Need[] = [
  { actions: ["lambda:ListLayerVersions"], on: on.layers },
  { actions: ["lambda:GetLayerVersion", "lambda:GetLayerVersionPolicy"], on: on.layerVersions },
  allRegions,
];

/** Lambda alone may be given the role. */
const passRole: Need = {
  actions: ["iam:PassRole"],
  on: on.functionRole,
  condition: () => ({ StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } }),
};

/** No other policies than these may be attached: with any, whoever makes roles could do everything. */
const attachPolicies: Need = {
  actions: ["iam:AttachRolePolicy"],
  on: on.namedRole,
  condition: (line, place) => ({ ArnEquals: { "iam:PolicyARN": managedPolicies(line, place) } }),
};

/** By command; those that are not here make no call to AWS. */
export const permissions: Readonly<Record<string, readonly Need[]>> = {
  publish: [
    ...look,
    { actions: ["lambda:PublishLayerVersion"], on: on.layers, when: when.unlessDryRun },
    ...share,
    throughBucket,
  ],
  verify: [
    { actions: ["lambda:ListLayerVersions"], on: on.layers, when: when.unlessNumbered },
    { actions: ["lambda:GetLayerVersion"], on: on.layerVersions },
    allRegions,
    { actions: ["lambda:PublishLayerVersion"], on: on.layers, when: when.whenMended },
    ...share,
    throughBucket,
  ],
  mirror: [
    { actions: ["lambda:GetLayerVersion"], on: on.original },
    ...look,
    { actions: ["lambda:PublishLayerVersion"], on: on.layers, when: when.unlessDryRun },
    ...share,
    throughBucket,
  ],
  arns: [{ actions: ["lambda:ListLayerVersions"], on: on.layers }, allRegions],
  versions: [
    ...survey,
    { actions: ["lambda:ListFunctions"], on: on.everything, when: when.whenUsesAreShown },
    { actions: ["lambda:ListAliases"], on: on.allFunctions, when: when.whenUsesAreShown },
  ],
  prune: [
    ...survey,
    { actions: ["lambda:ListFunctions"], on: on.everything },
    { actions: ["lambda:DeleteLayerVersion"], on: on.layerVersions, when: when.unlessDryRun },
  ],
  "put-parameter": [{ actions: ["ssm:PutParameter"], on: on.parameter }],
  "put-secret": [
    { actions: ["secretsmanager:PutSecretValue"], on: on.secret },
    { actions: ["secretsmanager:CreateSecret"], on: on.secret, when: when.unlessArn },
  ],
  "create-role": [
    { actions: ["iam:CreateRole", "iam:GetRole"], on: on.namedRole },
    attachPolicies,
    { actions: ["iam:PutRolePolicy"], on: on.namedRole, when: when.whenPolicyWritten },
  ],
  "get-role": [{ actions: ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"], on: on.namedRole }],
  "create-function": [
    { actions: ["lambda:CreateFunction", "lambda:GetFunction"], on: on.functions },
    { actions: ["iam:GetRole"], on: on.functionRole, when: when.whenRoleNamed },
    passRole,
    { actions: ["lambda:ListLayerVersions"], on: on.attachedLayers, when: when.whenNewestLayer },
    { actions: ["lambda:GetLayerVersion"], on: on.attachedVersions, when: when.whenLayered },
  ],
  "update-function": [
    readFunction,
    { actions: ["lambda:UpdateFunctionCode"], on: on.functions, when: when.whenCodeChanged },
    { actions: ["lambda:UpdateFunctionConfiguration"], on: on.functions, when: when.whenSettingsChanged },
    { actions: ["iam:GetRole"], on: on.functionRole, when: when.whenRoleChangedByName },
    { ...passRole, when: when.whenRoleChanged },
  ],
  "get-function": [readFunction],
  "delete-function": [{ actions: ["lambda:DeleteFunction"], on: on.functions }],
  attach: [
    readFunction,
    { actions: ["lambda:ListLayerVersions"], on: on.attachedLayers, when: when.whenNewestLayer },
    { actions: ["lambda:GetLayerVersion"], on: on.attachedVersions },
    { actions: ["lambda:UpdateFunctionConfiguration"], on: on.functions, when: when.unlessDryRun },
  ],
  detach: [
    readFunction,
    { actions: ["lambda:UpdateFunctionConfiguration"], on: on.functions, when: when.unlessDryRun },
  ],
  invoke: [findFunction, { actions: ["lambda:InvokeFunction"], on: on.invokedFunction }, readFunction],
  logs: [findFunction, readFunction, { actions: ["logs:FilterLogEvents"], on: on.logGroups }],
};

function managedPolicies(line: CommandLine, { partition }: Place): readonly string[] {
  const named = [basicExecution, ...(listOption(line, "managedPolicy") ?? [])];
  return [...new Set(named)].map((policy) => managedPolicyArn(policy, partition));
}
