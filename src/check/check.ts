// Finds what would break in Lambda before it gets there.
import { LambdaExtError } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import { printable } from "../model/printable.ts";
import { inspect } from "./inspect.ts";
import { rules } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** A zip or folder, and what is known about it. */
export interface CheckRequest extends Omit<Subject, "files" | "zipBytes"> {
  /** On this machine, absolute. */
  readonly path: string;
}

/**
 * Checks one archive or folder with every rule. A zip that cannot be read is a finding too: whoever checks several learns of them all.
 * @throws LambdaExtError `NoSuchFile`.
 */
export async function checkArchive({ path, ...known }: CheckRequest): Promise<Finding[]> {
  try {
    return findAll({ ...known, ...(await inspect(path)) });
  } catch (error) {
    if (!(error instanceof LambdaExtError) || error.code !== "InvalidZip") throw error;
    const message = `Lambda refuses it: ${error.message.replace(/\.$/, "")}`;
    return [{ rule: "zip", severity: "error", archive: known.archive, message, mend: error.hint ?? "Make it again." }];
  }
}

/** The findings about something that has been read, errors first. */
export function findAll(subject: Subject): Finding[] {
  const found = rules.flatMap((rule) =>
    rule.find(subject).map(({ severity, file, message, mend }): Finding => {
      const finding = { rule: rule.name, severity, archive: subject.archive, message, mend };
      return file === undefined ? finding : { ...finding, file };
    }),
  );
  return [...found.filter(isError), ...found.filter((finding) => !isError(finding))];
}

/** Whether a finding fails `check` and stops `publish`. */
export function isError(finding: Pick<Finding, "severity">): boolean {
  return finding.severity === "error";
}

/** A finding on one line: where, what will happen, what to do. */
export function describeFinding({ archive, file, message, mend }: Finding): string {
  return `${archive}${file === undefined ? "" : `: ${printable(file) || '""'}`} ${printable(message)}. ${mend}`;
}
