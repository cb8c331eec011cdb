// Collects violations of a service model's constraints and words them as AWS does.
import { validationError } from "./aws-error.ts";

/** A pattern as the service model prints it, and as it is tested: against the whole text. */
export interface ModelPattern {
  readonly source: string;
  readonly whole: RegExp;
}

/** Makes a pattern from the model's text. */
export function modelPattern(source: string): ModelPattern {
  return { source, whole: new RegExp(`^(?:${source})$`) };
}

/** Checks members one after the other; `done` throws where any was wrong. */
export class Constraints {
  private readonly violations: string[] = [];

  /** The member must be there. */
  required(value: unknown, at: string): this {
    if (value === undefined || value === null) this.add("null", at, "Member must not be null");
    return this;
  }

  /** The length of a text, a list or a map. */
  length(value: string | readonly unknown[] | undefined, at: string, [least, most]: readonly [number, number]): this {
    if (value === undefined) return this;
    if (value.length > most) this.add(quote(value), at, `Member must have length less than or equal to ${most}`);
    if (value.length < least) this.add(quote(value), at, `Member must have length greater than or equal to ${least}`);
    return this;
  }

  /** A text against a pattern. */
  pattern(value: string | undefined, at: string, pattern: ModelPattern): this {
    if (value !== undefined && !pattern.whole.test(value)) {
      this.add(quote(value), at, `Member must satisfy regular expression pattern: ${pattern.source}`);
    }
    return this;
  }

  /** One of a few words. */
  oneOf(value: string | undefined, at: string, values: readonly string[]): this {
    if (value !== undefined && !values.includes(value)) {
      this.add(quote(value), at, `Member must satisfy enum value set: [${values.join(", ")}]`);
    }
    return this;
  }

  /** A number between two others. */
  range(value: number | undefined, at: string, [least, most]: readonly [number, number]): this {
    if (value === undefined) return this;
    if (!(value <= most)) this.add(quote(value), at, `Member must have value less than or equal to ${most}`);
    if (!(value >= least)) this.add(quote(value), at, `Member must have value greater than or equal to ${least}`);
    return this;
  }

  /** A violation in words of its own. */
  add(value: string, at: string, constraint: string): this {
    this.violations.push(`Value ${value} at '${at}' failed to satisfy constraint: ${constraint}`);
    return this;
  }

  /** Throws the validation error where there was one; `code` is the service's name for it. */
  done(code?: string): void {
    if (this.violations.length > 0) throw validationError(this.violations, code);
  }
}

function quote(value: string | number | readonly unknown[]): string {
  return Array.isArray(value) ? `'[${value.join(", ")}]'` : `'${value}'`;
}
