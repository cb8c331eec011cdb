// What `check` finds.

/** Something about an archive that breaks, or may break, in Lambda. */
export interface Finding {
  /** The rule's stable name, e.g. `elf-architecture`. */
  readonly rule: string;
  /** An `error` fails `check` and stops `publish`; a `warning` is only told. */
  readonly severity: "error" | "warning";
  /** The archive (or folder) that it was found in, as it was given. */
  readonly archive: string;
  /** The entry inside, where it is about one. */
  readonly file?: string;
  /** What will happen in Lambda. */
  readonly message: string;
  /** How to mend it. */
  readonly mend: string;
}
