// Roles and their policies. IAM is one service for all regions of a partition.
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  type Role as RoleShape,
} from "@aws-sdk/client-iam";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";
import { isRefusal, type Purpose } from "./errors.ts";

/** A role. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** ISO 8601. */
  readonly created: string | undefined;
  /** The parsed document that says who may take the role; undefined where it cannot be read. */
  readonly trustPolicy: unknown;
}

/** A role; undefined where there is none of that name. */
export async function getRole(connection: Connection, name: string): Promise<Role | undefined> {
  const purpose = purposeFor(connection, `read role ${name}`);
  try {
    const command = new GetRoleCommand({ RoleName: name });
    const answer = await call(connection, purpose, (options) => iam(connection).send(command, options));
    return roleFrom(required(answer.Role, purpose), purpose);
  } catch (error) {
    if (isRefusal(error, "NoSuchEntityException", "NoSuchEntity")) return undefined;
    throw error;
  }
}

/** Makes a role; undefined where one of that name is there already. */
export async function createRole(
  connection: Connection,
  input: { readonly name: string; readonly trustPolicy: object; readonly description: string },
): Promise<Role | undefined> {
  const purpose = purposeFor(connection, `create role ${input.name}`);
  try {
    const command = new CreateRoleCommand({
      RoleName: input.name,
      AssumeRolePolicyDocument: JSON.stringify(input.trustPolicy),
      Description: input.description,
    });
    const answer = await call(connection, purpose, (options) => iam(connection).send(command, options));
    return roleFrom(required(answer.Role, purpose), purpose);
  } catch (error) {
    if (isRefusal(error, "EntityAlreadyExistsException", "EntityAlreadyExists")) return undefined;
    throw error;
  }
}

/** Writes an inline policy of a role, in place of one of the same name. */
export async function putRolePolicy(
  connection: Connection,
  input: { readonly role: string; readonly policy: string; readonly document: string },
): Promise<void> {
  const purpose = purposeFor(connection, `put policy ${input.policy} on role ${input.role}`);
  const command = new PutRolePolicyCommand({
    RoleName: input.role,
    PolicyName: input.policy,
    PolicyDocument: input.document,
  });
  await call(connection, purpose, (options) => iam(connection).send(command, options));
}

/** Attaches a managed policy; nothing happens where it is attached. */
export async function attachRolePolicy(
  connection: Connection,
  input: { readonly role: string; readonly policyArn: string },
): Promise<void> {
  const purpose = purposeFor(connection, `attach ${input.policyArn} to role ${input.role}`);
  const command = new AttachRolePolicyCommand({ RoleName: input.role, PolicyArn: input.policyArn });
  await call(connection, purpose, (options) => iam(connection).send(command, options));
}

/** ARNs of the managed policies of a role. */
export async function attachedPolicies(connection: Connection, role: string): Promise<string[]> {
  const purpose = purposeFor(connection, `list the managed policies of role ${role}`);
  const arns: string[] = [];
  let marker: string | undefined;
  do {
    const command = new ListAttachedRolePoliciesCommand({
      RoleName: role,
      ...(marker !== undefined && { Marker: marker }),
    });
    const answer = await call(connection, purpose, (options) => iam(connection).send(command, options));
    arns.push(...(answer.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []));
    marker = answer.IsTruncated ? answer.Marker : undefined;
  } while (marker);
  return arns;
}

/** Names of the inline policies of a role. */
export async function inlinePolicies(connection: Connection, role: string): Promise<string[]> {
  const purpose = purposeFor(connection, `list the inline policies of role ${role}`);
  const names: string[] = [];
  let marker: string | undefined;
  do {
    const command = new ListRolePoliciesCommand({ RoleName: role, ...(marker !== undefined && { Marker: marker }) });
    const answer = await call(connection, purpose, (options) => iam(connection).send(command, options));
    names.push(...(answer.PolicyNames ?? []));
    marker = answer.IsTruncated ? answer.Marker : undefined;
  } while (marker);
  return names;
}

function iam(connection: Connection): IAMClient {
  return connection.client(IAMClient, connection.target.region);
}

function purposeFor({ target }: Connection, doing: string): Purpose {
  return { doing, region: target.region };
}

function roleFrom(shape: RoleShape, purpose: Purpose): Role {
  return {
    name: required(shape.RoleName, purpose),
    arn: required(shape.Arn, purpose),
    id: shape.RoleId ?? "",
    created: shape.CreateDate?.toISOString(),
    trustPolicy: parseDocument(shape.AssumeRolePolicyDocument),
  };
}

/** IAM gives documents URL-encoded (RFC 3986). */
function parseDocument(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(decodeURIComponent(text));
  } catch {
    return undefined;
  }
}
