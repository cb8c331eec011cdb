// Resolves the layers of a function's configuration, with Lambda's refusals.
import { layerOf, parseLayerArn } from "../../../model/arn.ts";
import { limits } from "../../../model/limits.ts";
import { authorize } from "../../access/authorize.ts";
import { sessionArn, userArn } from "../../access/principal.ts";
import { accountId } from "../../account.ts";
import type { AttachedLayer } from "../../store/documents.ts";
import { AwsError, forbidden } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, partitionOfCall } from "../call.ts";
import { layerVersionArnPattern } from "./names.ts";

interface Question {
  readonly call: Call;
  readonly arns: readonly string[];
  /** Layers that the function has already: one that was deleted meanwhile stays. */
  readonly present: readonly AttachedLayer[];
}

/** The layers under these ARNs, in their order. */
export function attachLayers(account: AccountState, { call, arns, present }: Question): AttachedLayer[] {
  checkForm(arns);
  if (arns.length > limits.layersPerFunction) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Cannot reference more than ${limits.layersPerFunction} layers.`,
    );
  }
  checkTwice(arns);
  return arns.map((arn) => {
    const wanted = parseLayerArn(arn);
    // The form was checked: what is no layer's ARN is an `awslayer`.
    if (!wanted) throw notThere(arn);
    if (wanted.region !== call.region) {
      throw new AwsError(
        "InvalidParameterValueException",
        `Layers are not in the same region as the function. Layers are expected to be in region ${call.region}.`,
      );
    }
    if (wanted.account !== accountId) throw notShared(call, arn);
    const kept = present.find((layer) => layer.arn === arn);
    if (!kept) mayUse(account, call, arn);
    const found = account.store.layerVersions.get(wanted.region, wanted.layerName, String(wanted.version));
    if (!found) {
      if (kept) return kept;
      throw notThere(arn);
    }
    const { codeSha256, codeSize, unzippedBytes } = found;
    return { arn, codeSha256, codeSize, unzippedBytes };
  });
}

/** Whoever puts a layer on a function must be allowed to get it; a layer that is there already is not asked about again. */
function mayUse(account: AccountState, { principal, region }: Call, arn: string): void {
  const [action, refusal] = ["lambda:GetLayerVersion", "AccessDeniedException"];
  authorize(account, { principal, region, action, resources: () => [arn], refusal });
}

/** Function and layers together must fit. */
export function checkTotalSize(code: number, layers: readonly AttachedLayer[]): void {
  const total = layers.reduce((sum, { unzippedBytes }) => sum + unzippedBytes, code);
  if (total <= limits.unzippedBytes) return;
  throw new AwsError(
    "InvalidParameterValueException",
    `Function code combined with layers exceeds the maximum allowed size of ${limits.unzippedBytes} bytes. The actual size is ${total} bytes.`,
  );
}

function checkForm(arns: readonly string[]): void {
  const constraints = new Constraints();
  if (arns.some((arn) => arn.length < 1 || arn.length > 2048 || !layerVersionArnPattern.whole.test(arn))) {
    const members = [
      "Member must have length less than or equal to 2048",
      "Member must have length greater than or equal to 1",
      `Member must satisfy regular expression pattern: ${layerVersionArnPattern.source}`,
      "Member must not be null",
    ];
    constraints.add(`'[${arns.join(", ")}]'`, "layers", `Member must satisfy constraint: [${members.join(", ")}]`);
  }
  constraints.done();
}

function checkTwice(arns: readonly string[]): void {
  for (const [index, arn] of arns.entries()) {
    const twin = arns.slice(0, index).find((other) => layerOf(other) === layerOf(arn));
    if (!twin) continue;
    throw new AwsError(
      "InvalidParameterValueException",
      `Two different versions of the same layer are not allowed to be referenced in the same function. ${twin} and ${arn} are versions of the same layer.`,
    );
  }
}

function notThere(arn: string): AwsError {
  return new AwsError("InvalidParameterValueException", `Layer version ${arn} does not exist.`);
}

/** Other accounts' layers are not in this account's folder; AWS says the same of one that was not shared. */
export function notShared(call: Call, arn: string): AwsError {
  const { principal } = call;
  const who = principal.kind === "user" ? userArn(principal, partitionOfCall(call)) : sessionArn(principal);
  const why = "because no resource-based policy allows the lambda:GetLayerVersion action";
  const text = `User: ${who} is not authorized to perform: lambda:GetLayerVersion on resource: ${arn} ${why}`;
  return forbidden("AccessDeniedException", text);
}
