// GetParametersByPath: what lies below a path, a page at a time.
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { InvalidMarker, pageOf } from "../pages.ts";
import { parameterArn, parameterJson } from "./parameter.ts";

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
    if ((input.list("ParameterFilters") ?? []).length > 0) {
      throw new AwsError("InvalidFilterKey", "The local endpoint does not play ParameterFilters.");
    }
    const below = path.endsWith("/") ? path : `${path}/`;
    const recursive = input.flag("Recursive") ?? false;
    const found = account.store.parameters
      .list(call.region)
      .filter(({ name }) => name.startsWith(below) && (recursive || !name.slice(below.length).includes("/")))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = nextPage(() => pageOf(found, ({ name }) => name, { marker: input.text("NextToken"), size }));
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

function nextPage<T>(cut: () => T): T {
  try {
    return cut();
  } catch (error) {
    if (error instanceof InvalidMarker) throw new AwsError("InvalidNextToken", "The specified token is not valid.");
    throw error;
  }
}
