// The refusal of a service that the endpoint does not have at all: what it is, and how clients find it elsewhere.
import type { Principal } from "../access/principal.ts";
import { AwsError } from "../wire/aws-error.ts";

/** Those whose name in signatures is not the one in variables; botocore 1.43's service models. Of several the one that functions call. */
const variableNames: Readonly<Record<string, string>> = {
  apigateway: "API_GATEWAY",
  appconfig: "APPCONFIGDATA",
  autoscaling: "AUTO_SCALING",
  bedrock: "BEDROCK_RUNTIME",
  "cognito-idp": "COGNITO_IDENTITY_PROVIDER",
  config: "CONFIG_SERVICE",
  elasticfilesystem: "EFS",
  elasticloadbalancing: "ELASTIC_LOAD_BALANCING_V2",
  es: "OPENSEARCH",
  events: "EVENTBRIDGE",
  "execute-api": "APIGATEWAYMANAGEMENTAPI",
  geo: "LOCATION",
  iotdata: "IOT_DATA_PLANE",
  monitoring: "CLOUDWATCH",
  route53: "ROUTE_53",
  sagemaker: "SAGEMAKER_RUNTIME",
  servicequotas: "SERVICE_QUOTAS",
  ses: "SESV2",
  states: "SFN",
  tagging: "RESOURCE_GROUPS_TAGGING_API",
  timestream: "TIMESTREAM_QUERY",
};

/** The variable with which AWS's clients are told where one service is, e.g. `AWS_ENDPOINT_URL_DYNAMODB`. */
export function endpointVariable(service: string): string {
  const named = Object.hasOwn(variableNames, service) ? variableNames[service] : undefined;
  return `AWS_ENDPOINT_URL_${named ?? service.toUpperCase().replaceAll("-", "_")}`;
}

interface Stray {
  /** As in the signature's scope, e.g. `dynamodb`. */
  readonly service: string;
  /** What it was asked for; empty where that could not be read. */
  readonly operation: string;
  readonly principal: Principal;
}

/** The refusal. The status is none of those that clients try again after. */
export function unplayedService({ service, operation, principal }: Stray): AwsError {
  const what = operation === "" ? "" : ` (${operation} was asked for)`;
  const where =
    principal.kind === "role" ? `to the variables of function ${principal.sessionName}` : "to your variables";
  const remedy = `To use one that runs elsewhere, add ${endpointVariable(service)} with its URL ${where}.`;
  const text = `The local endpoint has no service ${service}${what}. ${remedy}`;
  return new AwsError("UnknownOperationException", text, { style: "bare" });
}
