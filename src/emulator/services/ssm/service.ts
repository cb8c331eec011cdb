// The SSM service: Parameter Store.
import type { AccountState } from "../account-state.ts";
import { jsonService } from "../json-service.ts";
import type { Service } from "../service.ts";
import { deleteParameter } from "./delete-parameter.ts";
import { getParameter, getParameters } from "./get-parameter.ts";
import { getParametersByPath } from "./get-parameters-by-path.ts";
import { putParameter } from "./put-parameter.ts";

/** SSM, on this account. */
export function ssmService(account: AccountState): Service {
  return jsonService({
    name: "ssm",
    account,
    operations: {
      PutParameter: putParameter,
      GetParameter: getParameter,
      GetParameters: getParameters,
      GetParametersByPath: getParametersByPath,
      DeleteParameter: deleteParameter,
    },
  });
}
