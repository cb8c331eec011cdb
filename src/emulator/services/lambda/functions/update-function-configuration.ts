// UpdateFunctionConfiguration: changes what was sent and keeps the rest; a list of layers replaces the whole list.
import { authorizePassRole } from "../../../access/authorize.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { attachLayers, checkTotalSize } from "../attached-layers.ts";
import { configurationOf } from "../configuration.ts";
import { checkExecutionRole } from "../execution-role.ts";
import { functionResource } from "../find-function.ts";
import { readFunctionName } from "../names.ts";
import { checkDeadLetterPermission } from "./dead-letter.ts";
import { changedLogging } from "./logging.ts";
import { readSettings } from "./settings.ts";
import { updateLatest } from "./update-function.ts";

export const updateFunctionConfiguration: RestOperation = {
  name: "UpdateFunctionConfiguration",
  route: "PUT /2015-03-31/functions/{FunctionName}/configuration",
  resources: functionResource,
  async handle(account, call) {
    const input = Input.parse(call.body);
    const settings = readSettings(input);
    if (settings.role !== undefined) authorizePassRole(account, { ...call, roleArn: settings.role });
    const updated = await updateLatest(account, { call, revisionId: input.text("RevisionId") }, (latest, arn) => {
      const { role = latest.role } = settings;
      if (settings.role !== undefined) checkExecutionRole(account, role, arn);
      const deadLetterTargetArn = (settings.deadLetterTargetArn ?? latest.deadLetterTargetArn) || undefined;
      if (settings.role !== undefined || settings.deadLetterTargetArn) {
        const { name } = readFunctionName(call, arn);
        checkDeadLetterPermission(account, { role, functionName: name, region: call.region }, deadLetterTargetArn);
      }
      const layers = settings.layers
        ? attachLayers(account, { call, arns: settings.layers, present: latest.layers })
        : latest.layers;
      checkTotalSize(latest.unzippedBytes, layers);
      return {
        ...latest,
        description: settings.description ?? latest.description,
        runtime: settings.runtime ?? latest.runtime,
        handler: settings.handler ?? latest.handler,
        role,
        memorySize: settings.memorySize ?? latest.memorySize,
        timeout: settings.timeout ?? latest.timeout,
        ephemeralStorage: settings.ephemeralStorage ?? latest.ephemeralStorage,
        environment: settings.environment ?? latest.environment,
        layers,
        tracingMode: settings.tracingMode ?? latest.tracingMode,
        logGroup: settings.logGroup ?? latest.logGroup,
        jsonLogging: changedLogging(settings.logging, latest.jsonLogging),
        deadLetterTargetArn,
      };
    });
    return json(200, configurationOf({ ...updated, qualified: false }));
  },
};
