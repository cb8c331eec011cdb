// DeleteParameter.
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { parameterNotFound, parameterResources, readReference } from "./parameter.ts";

export const deleteParameter: JsonOperation = {
  resources: (input, call) => parameterResources(call, [input.text("Name") ?? ""]),
  async handle(account, input, call) {
    const given = input.text("Name");
    new Constraints().required(given, "name").done();
    const { name } = readReference(call, given ?? "");
    await account.store.locks.run(`parameter ${call.region} ${name}`, async () => {
      if (!account.store.parameters.get(call.region, name)) throw parameterNotFound();
      await account.store.parameters.remove([call.region, name]);
    });
    return {};
  },
};
