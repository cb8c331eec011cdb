// Roles as IAM keeps and shows them.
import type { RoleDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../wire/constraints.ts";
import type { Form } from "../../wire/form.ts";
import type { XmlValue } from "../../wire/xml.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, globalArn, partitionOfCall } from "../call.ts";

/** IAM's name for a violated constraint. */
export const validationCode = "ValidationError";

const namePattern = modelPattern("[\\w+=,.@-]+");

/** The role that the request names. @throws AwsError NoSuchEntity. */
export function requireRole(account: AccountState, form: Form, call: Call): RoleDocument {
  const name = readRoleName(form);
  const role = account.store.roles.get(partitionOfCall(call), name);
  if (role) return role;
  throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, { status: 404 });
}

/** RoleName, checked. */
export function readRoleName(form: Form): string {
  return readName(form, "RoleName", 64);
}

/** A name of something of IAM, checked. */
export function readName(form: Form, member: string, most: number): string {
  const value = form.get(member);
  const at = member.charAt(0).toLowerCase() + member.slice(1);
  new Constraints()
    .required(value, at)
    .length(value, at, [1, most])
    .pattern(value, at, namePattern)
    .done(validationCode);
  return value ?? "";
}

/** Changes one role; changes to it come one after the other. */
export async function changeRole(
  account: AccountState,
  { form, call }: { readonly form: Form; readonly call: Call },
  change: (role: RoleDocument) => RoleDocument,
): Promise<void> {
  const partition = partitionOfCall(call);
  await account.store.locks.run(`role ${partition} ${readRoleName(form)}`, async () => {
    const role = requireRole(account, form, call);
    await account.store.roles.put([partition, role.roleName], change(role));
  });
}

/** For an operation's `resources`: the role's ARN, with its path. */
export function roleResource(form: Form, call: Call, account: AccountState): readonly string[] {
  const name = form.get("RoleName") ?? "*";
  const role = account.store.roles.get(partitionOfCall(call), name);
  return [role?.arn ?? globalArn(call, `role${form.get("Path") ?? "/"}${name}`)];
}

/** A role as answers show it; `full` as GetRole does. */
export function roleXml(
  role: RoleDocument,
  shape: "created" | "listed" | "full",
): { readonly [name: string]: XmlValue } {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: role.createDate,
    // Documents are percent-encoded inside XML: RFC 3986, as the API reference says.
    AssumeRolePolicyDocument: encodeDocument(role.assumeRolePolicyDocument),
    Description: role.description,
    MaxSessionDuration: shape === "created" ? undefined : role.maxSessionDuration,
    Tags: shape !== "listed" && role.tags.length > 0 ? role.tags : undefined,
    RoleLastUsed: shape === "full" ? {} : undefined,
  };
}

/** A policy document as answers carry it. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reads a policy document, which must be JSON with statements. @throws AwsError MalformedPolicyDocument. */
export function readDocument(form: Form, member: string, most: number): string {
  const text = form.get(member);
  const at = member.charAt(0).toLowerCase() + member.slice(1);
  new Constraints().required(text, at).length(text, at, [1, 131_072]).done(validationCode);
  let document: unknown;
  try {
    document = JSON.parse(text ?? "");
  } catch (cause) {
    throw new AwsError("MalformedPolicyDocument", "This policy contains invalid Json", { cause });
  }
  if (typeof document !== "object" || document === null || !("Statement" in document)) {
    throw new AwsError("MalformedPolicyDocument", "Syntax errors in policy.");
  }
  // Blanks don't count, as the quota's documentation says.
  const size = (text ?? "").replace(/\s/g, "").length;
  if (size > most)
    throw new AwsError("LimitExceeded", `Maximum policy size of ${most} bytes exceeded for role`, { status: 409 });
  return text ?? "";
}
