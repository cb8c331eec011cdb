// ListSecrets: the secrets of a region, filtered, sorted, a page at a time.
import type { SecretDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { JsonOperation } from "../json-service.ts";
import { pageOf } from "../pages.ts";
import { secretJson } from "./describe-secret.ts";
import { stagesById } from "./versions.ts";

const keys = ["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"];
const orders = ["asc", "desc"];

/** What each key looks at; those that are missing here are not played. */
const filters: Readonly<Record<string, (secret: SecretDocument) => readonly string[]>> = {
  name: ({ name }) => [name],
  "tag-key": ({ tags }) => tags.map(({ Key }) => Key),
  "tag-value": ({ tags }) => tags.map(({ Value }) => Value),
};

const sortings: Readonly<Record<string, (secret: SecretDocument) => number | string>> = {
  "created-date": ({ created }) => created,
  "last-accessed-date": ({ lastAccessed = 0 }) => lastAccessed,
  "last-changed-date": ({ lastChanged }) => lastChanged,
  name: ({ name }) => name,
};

export const listSecrets: JsonOperation = {
  handle(account, input, call) {
    const size = input.integer("MaxResults") ?? 100;
    const [order = "asc", by = "created-date"] = [input.text("SortOrder"), input.text("SortBy")];
    new Constraints()
      .range(size, "maxResults", [1, 100])
      .oneOf(order, "sortOrder", orders)
      .oneOf(by, "sortBy", Object.keys(sortings))
      .done("InvalidParameterException");
    const shown = readFilters(input);
    const deleted = input.flag("IncludePlannedDeletion") ?? false;
    const now = account.now();
    const found = account.store.secrets
      .list(call.region)
      .filter(({ deletion }) => deletion === undefined || (deleted && deletion > now))
      .filter(shown)
      .sort(comparison(by, order));
    const page = pageOf(found, ({ name }) => name, { marker: input.text("NextToken"), size, refusal: invalidToken });
    const entries = page.items.map((secret) => {
      const stages = stagesById(secret);
      return { ...secretJson(secret), ...(stages && { SecretVersionsToStages: stages }) };
    });
    return { SecretList: entries, ...(page.next !== undefined && { NextToken: page.next }) };
  },
};

/** All filters must hold, and of each one value; values are beginnings, with a `!` before them those of others. */
function readFilters(input: Input): (secret: SecretDocument) => boolean {
  const read = (input.list("Filters") ?? []).map((filter) => {
    const [key, values] = [filter.text("Key"), filter.texts("Values")];
    new Constraints()
      .required(key, "filters.key")
      .oneOf(key, "filters.key", keys)
      .required(values, "filters.values")
      .length(values, "filters.values", [1, 10])
      .done("InvalidParameterException");
    const look = filters[key ?? ""];
    if (!look) {
      const text = `The local endpoint does not play the filter ${key} of ListSecrets, only ${Object.keys(filters).join(", ")}.`;
      throw new AwsError("InvalidParameterException", text);
    }
    return { look, values: values ?? [] };
  });
  return (secret) => read.every(({ look, values }) => values.some((value) => begins(look(secret), value)));
}

function begins(texts: readonly string[], value: string): boolean {
  if (value.startsWith("!")) return !texts.some((text) => text.startsWith(value.slice(1)));
  return texts.some((text) => text.startsWith(value));
}

function comparison(by: string, order: string): (a: SecretDocument, b: SecretDocument) => number {
  const key = sortings[by] ?? (({ name }: SecretDocument) => name);
  const sign = order === "desc" ? -1 : 1;
  return (a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one === other) return a.name < b.name ? -sign : sign;
    return one < other ? -sign : sign;
  };
}

function invalidToken(): AwsError {
  return new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
}
