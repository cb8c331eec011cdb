// The ParameterFilters of GetParametersByPath.
import type { ParameterDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";

/** What each key looks at. There are no labels here: that filter finds nothing, which is the truth. */
const keys = new Map<string, (parameter: ParameterDocument) => string | undefined>([
  ["Type", ({ type }) => type],
  ["KeyId", ({ type }) => (type === "SecureString" ? "alias/aws/ssm" : undefined)],
  ["Label", () => undefined],
  ["DataType", ({ dataType }) => dataType],
]);

const options = new Map<string, (actual: string, wanted: string) => boolean>([
  ["Equals", (actual, wanted) => actual === wanted],
  ["BeginsWith", (actual, wanted) => actual.startsWith(wanted)],
]);

/** What a parameter must be like to be shown: every filter must hold, each with one of its values. @throws AwsError for one that is none. */
export function readFilters(input: Input): (parameter: ParameterDocument) => boolean {
  const filters = (input.list("ParameterFilters") ?? []).map(readFilter);
  return (parameter) => filters.every((holds) => holds(parameter));
}

function readFilter(filter: Input): (parameter: ParameterDocument) => boolean {
  const [key, option = "Equals", values = []] = [filter.text("Key"), filter.text("Option"), filter.texts("Values")];
  new Constraints().required(key, "parameterFilters.key").length(values, "parameterFilters.values", [0, 50]).done();
  const look = keys.get(key ?? "");
  if (!look) throw notValid("InvalidFilterKey", `filter key is not valid: ${key}. Valid filter keys include`, keys);
  const holds = options.get(option);
  if (!holds) {
    throw notValid("InvalidFilterOption", `filter option is not valid: ${option}. Valid options include`, options);
  }
  if (values.length === 0) {
    throw new AwsError("InvalidFilterValue", `The following filter values are missing : [] for filter key ${key}`);
  }
  return (parameter) => {
    const actual = look(parameter);
    return actual !== undefined && values.some((wanted) => holds(actual, wanted));
  };
}

function notValid(code: string, what: string, valid: ReadonlyMap<string, unknown>): AwsError {
  return new AwsError(code, `The following ${what}: [${[...valid.keys()].join(", ")}].`);
}
