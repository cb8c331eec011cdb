// Publishing: a numbered copy of $LATEST that never changes again.
import { randomUUID } from "node:crypto";
import type { FunctionDocument, FunctionVersion } from "../../../store/documents.ts";
import type { AccountState } from "../../account-state.ts";

interface Publication {
  readonly document: FunctionDocument;
  /** The version's own; `$LATEST`'s without. */
  readonly description?: string | undefined;
}

/**
 * The next version of a function; the last one where nothing has changed since it was published. The caller holds the function's
 * lock.
 */
export async function publishedVersion(
  account: AccountState,
  { document, description }: Publication,
): Promise<FunctionVersion> {
  const { latest, region, functionName, id } = document;
  const versions = account.store.functionVersions.list(region, functionName, id).map(({ content }) => content);
  const last = versions.reduce<FunctionVersion | undefined>(
    (newest, content) => (newest && Number(newest.version) > Number(content.version) ? newest : content),
    undefined,
  );
  if (last && sameContent(last, latest)) return last;
  const used = account.store.functionVersions.keys(region, functionName, id).map((key) => Number(key[3]));
  for (let number = Math.max(0, ...used) + 1; ; number++) {
    const content: FunctionVersion = {
      ...latest,
      version: String(number),
      description: description ?? latest.description,
      revisionId: randomUUID(),
    };
    const key = [region, functionName, id, content.version];
    if (await account.store.functionVersions.create(key, { functionId: id, content })) return content;
  }
}

/** Whether code and configuration are the same; the description is not compared, as on AWS. */
function sameContent(a: FunctionVersion, b: FunctionVersion): boolean {
  const { version: _, revisionId: __, description: ___, lastModified: ____, ...contentOfA } = a;
  const { version: _v, revisionId: _r, description: _d, lastModified: _l, ...contentOfB } = b;
  return JSON.stringify(contentOfA) === JSON.stringify(contentOfB);
}
