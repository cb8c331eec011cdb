// GetParameter and GetParameters.

import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { findParameter, parameterJson, parameterNotFound, parameterResources, readReference } from "./parameter.ts";

export const getParameter: JsonOperation = {
  resources: (input, call) => parameterResources(call, [input.text("Name") ?? ""]),
  handle(account, input, call) {
    const name = input.text("Name");
    new Constraints().required(name, "name").done();
    const reference = readReference(call, name ?? "");
    const found = findParameter(account, call, reference);
    if (!found) throw parameterNotFound();
    const decrypt = input.flag("WithDecryption") ?? false;
    return { Parameter: parameterJson({ ...found, selector: reference.selector, decrypt }) };
  },
};

export const getParameters: JsonOperation = {
  resources: (input, call) => parameterResources(call, input.texts("Names") ?? []),
  handle(account, input, call) {
    const names = input.texts("Names");
    new Constraints().required(names, "names").length(names, "names", [1, 10]).done();
    const decrypt = input.flag("WithDecryption") ?? false;
    const parameters: object[] = [];
    const invalid: string[] = [];
    for (const name of new Set(names)) {
      const found = attempt(() => {
        const reference = readReference(call, name);
        const parameter = findParameter(account, call, reference);
        return parameter && { ...parameter, selector: reference.selector };
      });
      if (found) parameters.push(parameterJson({ ...found, decrypt }));
      else invalid.push(name);
    }
    return { InvalidParameters: invalid, Parameters: parameters };
  },
};

/** A name that cannot be found or read is listed as invalid, not refused. */
function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
