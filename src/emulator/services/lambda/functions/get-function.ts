// GetFunction and GetFunctionConfiguration.
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { configurationOf } from "../configuration.ts";
import { findFunction, functionResource } from "../find-function.ts";
import { concurrencyOf } from "./function-concurrency.ts";

export const getFunction: RestOperation = {
  name: "GetFunction",
  route: "GET /2015-03-31/functions/{FunctionName}",
  resources: functionResource,
  handle(account, call) {
    const found = findFunction(account, call);
    const { tags } = found.document;
    const concurrency = concurrencyOf(found.document);
    return json(200, {
      Configuration: configurationOf({ ...found, qualified: found.qualifier !== undefined }),
      Code: { RepositoryType: "S3", Location: account.downloads.link(found.content.codeSha256) },
      ...(Object.keys(tags).length > 0 && { Tags: tags }),
      ...(concurrency && { Concurrency: concurrency }),
    });
  },
};

export const getFunctionConfiguration: RestOperation = {
  name: "GetFunctionConfiguration",
  route: "GET /2015-03-31/functions/{FunctionName}/configuration",
  resources: functionResource,
  handle(account, call) {
    const found = findFunction(account, call);
    return json(200, configurationOf({ ...found, qualified: found.qualifier !== undefined }));
  },
};
