// What every update of a function has in common: one at a time, under a revision, InProgress for a moment.
import { randomUUID } from "node:crypto";
import type { FunctionVersion } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall } from "../../rest-service.ts";
import { type FoundFunction, findUnqualified } from "../find-function.ts";
import { functionArn } from "../names.ts";
import { lambdaTime } from "../time.ts";

/**
 * Changes `$LATEST`.
 * @throws AwsError 409 where another update is on its way, 412 where the revision is not the latest.
 */
export async function updateLatest(
  account: AccountState,
  { call, revisionId }: { readonly call: RestCall; readonly revisionId: string | undefined },
  change: (latest: FunctionVersion, arn: string) => FunctionVersion | Promise<FunctionVersion>,
): Promise<FoundFunction> {
  const { region, functionName: name } = findUnqualified(account, call).document;
  return account.store.locks.run(`function ${region} ${name}`, async () => {
    const found = findUnqualified(account, call);
    const arn = functionArn(call, name);
    refuseOnItsWay(found);
    checkRevision(found.content, revisionId);
    const previous = found.content;
    const latest: FunctionVersion = {
      ...(await change(previous, arn)),
      lastModified: lambdaTime(account.now()),
      revisionId: randomUUID(),
    };
    const document = { ...found.document, latest };
    await account.store.functions.put([region, name], document);
    const transition = { kind: "updating", revisionId: randomUUID(), previous } as const;
    account.settling.begin({ region, name, milliseconds: account.settleMilliseconds() }, transition, () =>
      account.retire(arn),
    );
    return { document, content: latest, qualifier: undefined, transition };
  });
}

/** 409 while the function is being created or updated. */
export function refuseOnItsWay({ document, transition }: FoundFunction): void {
  if (!transition) return;
  const why =
    transition.kind === "creating"
      ? "The function is currently in the following state: Pending"
      : `An update is in progress for resource: ${functionArn(document, document.functionName)}`;
  const text = `The operation cannot be performed at this time. ${why}`;
  throw new AwsError("ResourceConflictException", text, { status: 409 });
}

/** 412 where the caller has read an older revision than this. */
export function checkRevision(content: Pick<FunctionVersion, "revisionId">, revisionId: string | undefined): void {
  if (!revisionId || revisionId === content.revisionId) return;
  const text =
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id";
  throw new AwsError("PreconditionFailedException", text, { status: 412 });
}
