// Reads the form bodies of the query protocols.

/** A query-protocol request: flat names such as `Tags.member.1.Key`. */
export class Form {
  private readonly values: ReadonlyMap<string, string>;

  constructor(body: Buffer) {
    this.values = new Map(new URLSearchParams(body.toString("utf8")));
  }

  /** A member's value; undefined where it was not sent. */
  get(name: string): string | undefined {
    return this.values.get(name);
  }

  /** The members of a list of structures: `fields` of `NAME.member.1`, `NAME.member.2`… */
  list<Field extends string>(name: string, fields: readonly Field[]): Record<Field, string>[] {
    const found: Record<Field, string>[] = [];
    for (let index = 1; ; index++) {
      const prefix = `${name}.member.${index}.`;
      if (!fields.some((field) => this.values.has(prefix + field))) return found;
      const entries = fields.map((field) => [field, this.values.get(prefix + field) ?? ""] as const);
      found.push(Object.fromEntries(entries) as Record<Field, string>);
    }
  }
}
