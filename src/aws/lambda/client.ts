// Lambda's clients: the ordinary one, and two that send a request only once.
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type Connection, once, onceAndPatient } from "../connection.ts";

/** For calls that can be repeated without harm. */
export function lambda(connection: Connection, region: string): LambdaClient {
  return connection.client(LambdaClient, region);
}

/** For calls whose repetition would make a second thing. */
export function lambdaOnce(connection: Connection, region: string): LambdaClient {
  return connection.client(LambdaClient, region, once);
}

/** For invocations. */
export function lambdaPatient(connection: Connection, region: string): LambdaClient {
  return connection.client(LambdaClient, region, onceAndPatient);
}
