// Reads JSON bodies member by member: a member of the wrong type is the client's mistake and is said as AWS says it.
import { AwsError } from "./aws-error.ts";

/** A JSON request body. */
export class Input {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }

  /** Parses a body; an empty one has no members. */
  static parse(body: Buffer): Input {
    if (body.length === 0) return new Input({});
    let value: unknown;
    try {
      value = JSON.parse(body.toString("utf8"));
    } catch (cause) {
      throw new AwsError("SerializationException", "Could not parse request body into json.", { style: "bare", cause });
    }
    if (!isObject(value)) throw wrongType("the request", "an object");
    return new Input(value);
  }

  /** Whether the member was sent, and not as null. */
  has(name: string): boolean {
    return this.members[name] !== undefined && this.members[name] !== null;
  }

  text(name: string): string | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    throw wrongType(name, "a string");
  }

  integer(name: string): number | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined || (typeof value === "number" && Number.isInteger(value))) return value;
    throw wrongType(name, "an integer");
  }

  flag(name: string): boolean | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined || typeof value === "boolean") return value;
    throw wrongType(name, "a boolean");
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw wrongType(name, "a list of strings");
  }

  map(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (isObject(value) && Object.values(value).every((item) => typeof item === "string")) {
      return value as Record<string, string>;
    }
    throw wrongType(name, "a map of strings");
  }

  numbers(name: string): Readonly<Record<string, number>> | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (isObject(value) && Object.values(value).every((item) => typeof item === "number")) {
      return value as Record<string, number>;
    }
    throw wrongType(name, "a map of numbers");
  }

  /** A structure inside; one without members where it was not sent. */
  inner(name: string): Input {
    const value = this.members[name] ?? {};
    if (isObject(value)) return new Input(value);
    throw wrongType(name, "a structure");
  }

  /** Structures in a list. */
  list(name: string): readonly Input[] | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every(isObject)) return value.map((item) => new Input(item));
    throw wrongType(name, "a list of structures");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(name: string, wanted: string): AwsError {
  return new AwsError("SerializationException", `${name} must be ${wanted}.`, { style: "bare" });
}
