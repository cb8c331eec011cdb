// The grants on a layer version: added, shown and removed one by one, each change under a revision.
import { randomUUID } from "node:crypto";
import type { LayerStatement, LayerVersionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { layerArnOf } from "../names.ts";
import { layerVersionResource, requireLayerVersion } from "./layer-version.ts";

/** The longest policy of a layer version, in bytes: Lambda's 20 KB for resource policies. */
const mostPolicyBytes = 20_480;
const idPattern = modelPattern("([a-zA-Z0-9-_]+)");

export const addLayerVersionPermission: RestOperation = {
  name: "AddLayerVersionPermission",
  route: "POST /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
  resources: layerVersionResource,
  async handle(account, call) {
    const statement = readStatement(call);
    const changed = await changeStatements(account, call, (statements) => {
      if (statements.some(({ Sid }) => Sid === statement.Sid)) {
        const text = `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`;
        throw new AwsError("ResourceConflictException", text, { status: 409 });
      }
      const next = [...statements, statement];
      if (policyText(next).length > mostPolicyBytes) {
        throw new AwsError(
          "PolicyLengthExceededException",
          `The final policy size is bigger than the limit (${mostPolicyBytes}).`,
        );
      }
      return next;
    });
    return json(201, { Statement: JSON.stringify(statement), RevisionId: changed.policy?.revisionId });
  },
};

export const getLayerVersionPolicy: RestOperation = {
  name: "GetLayerVersionPolicy",
  route: "GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
  resources: layerVersionResource,
  handle(account, call) {
    const { policy } = requireLayerVersion(account, call);
    if (!policy) {
      const text = "No policy is associated with the given resource.";
      throw new AwsError("ResourceNotFoundException", text, { status: 404, style: "user-capital" });
    }
    return json(200, { Policy: policyText(policy.statements), RevisionId: policy.revisionId });
  },
};

export const removeLayerVersionPermission: RestOperation = {
  name: "RemoveLayerVersionPermission",
  route: "DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
  resources: layerVersionResource,
  async handle(account, call) {
    const id = call.path.StatementId ?? "";
    new Constraints().length(id, "statementId", [1, 100]).pattern(id, "statementId", idPattern).done();
    await changeStatements(account, call, (statements) => {
      const next = statements.filter(({ Sid }) => Sid !== id);
      if (next.length < statements.length) return next;
      const text = `Statement ${id} is not found in resource policy.`;
      throw new AwsError("ResourceNotFoundException", text, { status: 404, style: "user-capital" });
    });
    return { status: 204 };
  },
};

function readStatement(call: RestCall): LayerStatement {
  const input = Input.parse(call.body);
  const [sid, action, principal] = [input.text("StatementId"), input.text("Action"), input.text("Principal")];
  const organization = input.text("OrganizationId");
  new Constraints()
    .required(sid, "statementId")
    .required(action, "action")
    .required(principal, "principal")
    .length(sid, "statementId", [1, 100])
    .pattern(sid, "statementId", idPattern)
    .pattern(action, "action", modelPattern("lambda:GetLayerVersion"))
    .pattern(principal, "principal", modelPattern("\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root"))
    .pattern(organization, "organizationId", modelPattern("o-[a-z0-9]{10,32}"))
    .done();
  const { name, version } = { name: call.path.LayerName ?? "", version: Number(call.path.VersionNumber) };
  return {
    Sid: sid ?? "",
    Effect: "Allow",
    Principal: principal === "*" ? "*" : { AWS: accountRoot(call, principal ?? "") },
    Action: action ?? "",
    Resource: layerArnOf(call, name.split(":layer:").at(-1) ?? name, version),
    ...(organization !== undefined && { Condition: { StringEquals: { "aws:PrincipalOrgID": organization } } }),
  };
}

function accountRoot(call: RestCall, principal: string): string {
  if (!/^\d{12}$/.test(principal)) return principal;
  const partition = layerArnOf(call, "x").split(":")[1];
  return `arn:${partition}:iam::${principal}:root`;
}

async function changeStatements(
  account: AccountState,
  call: RestCall,
  change: (statements: readonly LayerStatement[]) => readonly LayerStatement[],
): Promise<LayerVersionDocument> {
  const { layerVersions, locks } = account.store;
  const { region, layerName } = requireLayerVersion(account, call);
  return locks.run(`layer ${region} ${layerName}`, async () => {
    const document = requireLayerVersion(account, call);
    const revision = call.query.get("RevisionId");
    // Empty where nobody has set one: the first grant has no revision to name.
    if (revision && revision !== document.policy?.revisionId) {
      const text =
        "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id";
      throw new AwsError("PreconditionFailedException", text, { status: 412 });
    }
    const statements = change(document.policy?.statements ?? []);
    const policy = statements.length > 0 ? { revisionId: randomUUID(), statements } : undefined;
    const changed = { ...document, policy };
    await layerVersions.put([region, layerName, String(document.version)], changed);
    return changed;
  });
}

function policyText(statements: readonly LayerStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}
