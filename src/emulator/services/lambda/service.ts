// The Lambda service: all its operations.
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import { RestRouter } from "../rest-service.ts";
import type { Service } from "../service.ts";
import { createAlias } from "./aliases/create-alias.ts";
import { deleteAlias } from "./aliases/delete-alias.ts";
import { getAlias } from "./aliases/get-alias.ts";
import { listAliases } from "./aliases/list-aliases.ts";
import { updateAlias } from "./aliases/update-alias.ts";
import { createFunction } from "./functions/create-function.ts";
import { deleteFunction } from "./functions/delete-function.ts";
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from "./functions/event-invoke-config.ts";
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from "./functions/function-concurrency.ts";
import { getAccountSettings } from "./functions/get-account-settings.ts";
import { getFunction, getFunctionConfiguration } from "./functions/get-function.ts";
import { invoke } from "./functions/invoke.ts";
import { invokeWithResponseStream } from "./functions/invoke-with-response-stream.ts";
import { listFunctions, listVersionsByFunction } from "./functions/list-functions.ts";
import { publishVersion } from "./functions/publish-version.ts";
import { listTags, tagResource, untagResource } from "./functions/tags.ts";
import { updateFunctionCode } from "./functions/update-function-code.ts";
import { updateFunctionConfiguration } from "./functions/update-function-configuration.ts";
import { deleteLayerVersion } from "./layers/delete-layer-version.ts";
import { getLayerVersion } from "./layers/get-layer-version.ts";
import { getLayerVersionByArn } from "./layers/get-layer-version-by-arn.ts";
import {
  addLayerVersionPermission,
  getLayerVersionPolicy,
  removeLayerVersionPermission,
} from "./layers/layer-permissions.ts";
import { listLayerVersions } from "./layers/list-layer-versions.ts";
import { listLayers } from "./layers/list-layers.ts";
import { publishLayerVersion } from "./layers/publish-layer-version.ts";
import { unplayedOperations } from "./unplayed.ts";

/** As AWS's recorded refusal has it: a 50 MB zip in base64, and something around it. */
const mostBytes = 70_167_211;

// Invoke first: it is the one that is called a thousand times a second.
const operations = [
  invoke,
  invokeWithResponseStream,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  createFunction,
  updateFunctionCode,
  updateFunctionConfiguration,
  deleteFunction,
  publishVersion,
  listVersionsByFunction,
  createAlias,
  getAlias,
  listAliases,
  updateAlias,
  deleteAlias,
  putFunctionConcurrency,
  getFunctionConcurrency,
  deleteFunctionConcurrency,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  deleteFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  // Before ListLayers, whose path it shares.
  getLayerVersionByArn,
  listLayers,
  listLayerVersions,
  publishLayerVersion,
  getLayerVersion,
  deleteLayerVersion,
  addLayerVersionPermission,
  getLayerVersionPolicy,
  removeLayerVersionPermission,
  listTags,
  tagResource,
  untagResource,
  getAccountSettings,
];

/** Lambda, on this account. */
export function lambdaService(account: AccountState): Service {
  const router = new RestRouter({ service: "lambda", account, operations, unplayed: unplayedOperations });
  return {
    operations: router.names,
    operationOf: (request) => router.nameOf(request),
    maxBodyBytes: mostBytes,
    tooLarge(request) {
      const operation = router.nameOf(request) ?? "";
      const text = `Request must be smaller than ${mostBytes} bytes for the ${operation} operation`;
      return new AwsError("RequestEntityTooLargeException", text, { status: 413, style: "bare" });
    },
    handle: (call) => router.handle(call),
  };
}
