// PutFunctionEventInvokeConfig and its kin: how asynchronous invocations of a version are tried again, and who is told what came of them.
import type { EventInvokeConfig, FunctionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import { pageOf } from "../../pages.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { functionResource, versionOf } from "../find-function.ts";
import { type FunctionName, functionArn, readFunctionName } from "../names.ts";
import { checkDestinations, readEventInvokeSettings } from "./event-invoke-settings.ts";

const path = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
const mostPerPage = 50;

export const putFunctionEventInvokeConfig: RestOperation = {
  name: "PutFunctionEventInvokeConfig",
  route: `PUT ${path}`,
  resources: functionResource,
  handle: (account, call) => change(account, call, (_, settings) => settings),
};

export const updateFunctionEventInvokeConfig: RestOperation = {
  name: "UpdateFunctionEventInvokeConfig",
  route: `POST ${path}`,
  resources: functionResource,
  handle: (account, call) =>
    change(account, call, (document, settings) => {
      const { name, qualifier = "$LATEST" } = named(call);
      const before = eventInvokeConfigOf(document, qualifier);
      if (!before) throw noConfig(call, name, qualifier);
      // A DestinationConfig replaces both destinations; what was not sent at all stays.
      const sent = Object.entries(settings).filter(([, value]) => value !== undefined);
      const destinations = settings.destinations && { onSuccess: undefined, onFailure: undefined };
      return { ...before, ...destinations, ...Object.fromEntries(sent) };
    }),
};

export const getFunctionEventInvokeConfig: RestOperation = {
  name: "GetFunctionEventInvokeConfig",
  route: `GET ${path}`,
  resources: functionResource,
  handle(account, call) {
    const { name, qualifier = "$LATEST" } = named(call);
    const document = account.store.functions.get(call.region, name);
    const config = document && eventInvokeConfigOf(document, qualifier);
    if (!document || !config) throw noConfig(call, name, qualifier);
    return json(200, shown(document, qualifier, config));
  },
};

export const deleteFunctionEventInvokeConfig: RestOperation = {
  name: "DeleteFunctionEventInvokeConfig",
  route: `DELETE ${path}`,
  resources: functionResource,
  async handle(account, call) {
    const { name, qualifier = "$LATEST" } = named(call);
    await account.store.locks.run(`function ${call.region} ${name}`, async () => {
      const document = account.store.functions.get(call.region, name);
      if (!document || !eventInvokeConfigOf(document, qualifier)) throw noConfig(call, name, qualifier);
      await account.store.functions.put([call.region, name], withoutEventInvokeConfig(document, qualifier));
    });
    return { status: 204 };
  },
};

export const listFunctionEventInvokeConfigs: RestOperation = {
  name: "ListFunctionEventInvokeConfigs",
  route: `GET ${path}/list`,
  resources: functionResource,
  handle(account, call) {
    const size = call.query.has("MaxItems") ? Number(call.query.get("MaxItems")) : mostPerPage;
    new Constraints().range(size, "maxItems", [1, mostPerPage]).done();
    const document = account.store.functions.get(call.region, named(call).name);
    if (!document) throw noFunction();
    // `$LATEST` sorts before every number.
    const configs = Object.entries(document.eventInvokeConfigs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const page = pageOf(configs, ([qualifier]) => qualifier, { marker: call.query.get("Marker") || undefined, size });
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      FunctionEventInvokeConfigs: page.items.map(([qualifier, config]) => shown(document, qualifier, config)),
    });
  },
};

/** How the events of a version are handled; undefined where as AWS does by default. */
export function eventInvokeConfigOf(document: FunctionDocument, qualifier: string): EventInvokeConfig | undefined {
  const { eventInvokeConfigs = {} } = document;
  // Callers name qualifiers, and may name what every object has.
  return Object.hasOwn(eventInvokeConfigs, qualifier) ? eventInvokeConfigs[qualifier] : undefined;
}

/** A function whose version handles its events as AWS does by default. */
export function withoutEventInvokeConfig(document: FunctionDocument, qualifier: string): FunctionDocument {
  const others = Object.entries(document.eventInvokeConfigs ?? {}).filter(([key]) => key !== qualifier);
  return { ...document, eventInvokeConfigs: others.length > 0 ? Object.fromEntries(others) : undefined };
}

type Settings = ReturnType<typeof readEventInvokeSettings>;

async function change(
  account: AccountState,
  call: RestCall,
  to: (document: FunctionDocument, settings: Settings) => Settings,
) {
  const settings = readEventInvokeSettings(call.body);
  const { name, qualifier = "$LATEST" } = named(call);
  return account.store.locks.run(`function ${call.region} ${name}`, async () => {
    const document = account.store.functions.get(call.region, name);
    const content = document && versionOf(account, document, qualifier);
    if (!document || !content) throw noFunction();
    const { destinations: _, ...wanted } = to(document, settings);
    checkDestinations(account, { call, functionName: name, role: content.role }, settings);
    const config: EventInvokeConfig = { ...wanted, lastModified: account.now() };
    const eventInvokeConfigs = { ...document.eventInvokeConfigs, [qualifier]: config };
    await account.store.functions.put([call.region, name], { ...document, eventInvokeConfigs });
    return json(200, shown(document, qualifier, config));
  });
}

function named(call: RestCall): FunctionName {
  return readFunctionName(call, call.path.FunctionName ?? "", call.query.get("Qualifier") ?? undefined);
}

function shown(document: FunctionDocument, qualifier: string, config: EventInvokeConfig): object {
  return {
    // Epoch seconds.
    LastModified: config.lastModified / 1000,
    FunctionArn: functionArn(document, document.functionName, qualifier),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds,
    DestinationConfig: {
      OnSuccess: { Destination: config.onSuccess },
      OnFailure: { Destination: config.onFailure },
    },
  };
}

function noConfig(call: RestCall, name: string, qualifier: string): AwsError {
  const text = `The function ${functionArn(call, name, qualifier)} doesn't have an EventInvokeConfig`;
  return new AwsError("ResourceNotFoundException", text, { status: 404, style: "user-capital" });
}

function noFunction(): AwsError {
  return new AwsError("ResourceNotFoundException", "The function doesn't exist.", {
    status: 404,
    style: "user-capital",
  });
}
