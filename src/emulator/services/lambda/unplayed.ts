// Operations of Lambda that the local endpoint does not play, so that a refusal can name them; botocore 1.44.5's service model.

/** AWS's name → method and path. */
export const unplayedOperations: Readonly<Record<string, string>> = {
  InvokeAsync: "POST /2014-11-13/functions/{FunctionName}/invoke-async",
  AddPermission: "POST /2015-03-31/functions/{FunctionName}/policy",
  GetPolicy: "GET /2015-03-31/functions/{FunctionName}/policy",
  RemovePermission: "DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}",
  CreateFunctionUrlConfig: "POST /2021-10-31/functions/{FunctionName}/url",
  GetFunctionUrlConfig: "GET /2021-10-31/functions/{FunctionName}/url",
  UpdateFunctionUrlConfig: "PUT /2021-10-31/functions/{FunctionName}/url",
  DeleteFunctionUrlConfig: "DELETE /2021-10-31/functions/{FunctionName}/url",
  ListFunctionUrlConfigs: "GET /2021-10-31/functions/{FunctionName}/urls",
  PutProvisionedConcurrencyConfig: "PUT /2019-09-30/functions/{FunctionName}/provisioned-concurrency",
  GetProvisionedConcurrencyConfig: "GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency",
  DeleteProvisionedConcurrencyConfig: "DELETE /2019-09-30/functions/{FunctionName}/provisioned-concurrency",
  CreateEventSourceMapping: "POST /2015-03-31/event-source-mappings",
  ListEventSourceMappings: "GET /2015-03-31/event-source-mappings",
  GetEventSourceMapping: "GET /2015-03-31/event-source-mappings/{UUID}",
  UpdateEventSourceMapping: "PUT /2015-03-31/event-source-mappings/{UUID}",
  DeleteEventSourceMapping: "DELETE /2015-03-31/event-source-mappings/{UUID}",
  CreateCodeSigningConfig: "POST /2020-04-22/code-signing-configs",
  ListCodeSigningConfigs: "GET /2020-04-22/code-signing-configs",
  GetFunctionCodeSigningConfig: "GET /2020-06-30/functions/{FunctionName}/code-signing-config",
  PutFunctionCodeSigningConfig: "PUT /2020-06-30/functions/{FunctionName}/code-signing-config",
  DeleteFunctionCodeSigningConfig: "DELETE /2020-06-30/functions/{FunctionName}/code-signing-config",
  GetRuntimeManagementConfig: "GET /2021-07-20/functions/{FunctionName}/runtime-management-config",
  PutRuntimeManagementConfig: "PUT /2021-07-20/functions/{FunctionName}/runtime-management-config",
};
