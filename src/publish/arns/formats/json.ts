// The ARN table for programs.
import type { PublishedArn } from "../find.ts";
import type { ArnTable } from "../table.ts";

/** What is published, an entry for each ARN. */
export interface ArnDocument {
  readonly schemaVersion: 1;
  readonly arns: readonly PublishedArn[];
}

/** The document. */
export function arnDocument(table: ArnTable): ArnDocument {
  return { schemaVersion: 1, arns: table.flatMap(({ regions }) => regions.flatMap(({ arns }) => arns)) };
}

/** The same as text. */
export function json(table: ArnTable): string {
  return JSON.stringify(arnDocument(table), null, 2);
}
