// GetParametersByPath: what lies below a path, a page at a time.
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { pageOf } from "../pages.ts";
import { parameterArn, parameterJson } from "./parameter.ts";
import { readFilters } from "./parameter-filters.ts";

export const getParametersByPath: JsonOperation = {
  resources: (input, call) => [parameterArn(call, input.text("Path") ?? "*")],
  handle(account, input, call) {
    const path = input.text("Path");
    const size = input.integer("MaxResults") ?? 10;
    new Constraints().required(path, "path").range(size, "maxResults", [1, 10]).done();
    if (!path?.startsWith("/")) {
      throw new AwsError(
        "ValidationException",
        `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`,
      );
    }
    const shown = readFilters(input);
    const below = path.endsWith("/") ? path : `${path}/`;
    const recursive = input.flag("Recursive") ?? false;
    const found = account.store.parameters
      .list(call.region)
      .filter(({ name }) => liesBelow(name, below, recursive))
      .filter(shown)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = pageOf(found, ({ name }) => name, { marker: input.text("NextToken"), size, refusal: invalidToken });
    const decrypt = input.flag("WithDecryption") ?? false;
    return {
      ...(page.next !== undefined && { NextToken: page.next }),
      Parameters: page.items.flatMap((document) => {
        const kept = document.versions.at(-1);
        return kept ? [parameterJson({ document, kept, decrypt })] : [];
      }),
    };
  },
};

/** Names without a slash lie below the root as well. */
function liesBelow(name: string, path: string, recursive: boolean): boolean {
  const whole = name.startsWith("/") ? name : `/${name}`;
  return whole.startsWith(path) && (recursive || !whole.slice(path.length).includes("/"));
}

function invalidToken(): AwsError {
  return new AwsError("InvalidNextToken", "The specified token is not valid.");
}
