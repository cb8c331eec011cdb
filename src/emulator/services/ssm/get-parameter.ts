// GetParameter and GetParameters.

import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { AccountState } from "../account-state.ts";
import type { Call } from "../call.ts";
import type { JsonOperation } from "../json-service.ts";
import { findParameter, parameterJson, parameterNotFound, parameterResources, readReference } from "./parameter.ts";
import { readSecretReference, secretAsParameter } from "./secret-reference.ts";

export const getParameter: JsonOperation = {
  resources: (input, call) => parameterResources(call, [input.text("Name") ?? ""]),
  handle(account, input, call) {
    const name = input.text("Name");
    new Constraints().required(name, "name").done();
    return { Parameter: readParameter({ account, input, call }, name ?? "") };
  },
};

export const getParameters: JsonOperation = {
  resources: (input, call) => parameterResources(call, input.texts("Names") ?? []),
  handle(account, input, call) {
    const names = input.texts("Names");
    new Constraints().required(names, "names").length(names, "names", [1, 10]).done();
    const parameters: object[] = [];
    const invalid: string[] = [];
    for (const name of new Set(names)) {
      const found = attempt(() => readParameter({ account, input, call }, name));
      if (found) parameters.push(found);
      else invalid.push(name);
    }
    return { InvalidParameters: invalid, Parameters: parameters };
  },
};

interface Asked {
  readonly account: AccountState;
  readonly input: Input;
  readonly call: Call;
}

function readParameter({ account, input, call }: Asked, name: string): object {
  const decrypt = input.flag("WithDecryption") ?? false;
  const secret = readSecretReference(name);
  if (secret) return secretAsParameter({ account, call, reference: secret, decrypt });
  const reference = readReference(call, name);
  const found = findParameter(account, call, reference);
  if (!found) throw parameterNotFound();
  return parameterJson({ ...found, selector: reference.selector, decrypt });
}

/** A name that cannot be found or read is listed as invalid, not refused; a lack of leave is. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError && error.status !== 403) return undefined;
    throw error;
  }
}
