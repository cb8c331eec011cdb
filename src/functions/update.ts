// Changes a function's code and settings, what differs and nothing else.
import type { Connection } from "../aws/connection.ts";
import type { LambdaFunction } from "../aws/lambda/function.ts";
import {
  type FunctionAddress,
  type FunctionLogging,
  type FunctionSettings,
  getFunction,
  updateFunctionCode,
  updateFunctionConfiguration,
} from "../aws/lambda/functions.ts";
import type { Progress } from "../model/progress.ts";
import type { FunctionCode } from "./code.ts";
import { mergeVariables } from "./environment.ts";
import { reviseFunction } from "./revise.ts";
import { whenRoleIsReady } from "./role-ready.ts";

/** What should be different afterwards; what is absent stays as it is. */
export interface FunctionChange extends Omit<FunctionSettings, "layers"> {
  readonly code?: FunctionCode | undefined;
  readonly architecture?: string | undefined;
}

/** A function after its update. */
export interface UpdateOutcome {
  readonly function: LambdaFunction;
  readonly result: "updated" | "unchanged";
}

/** Updates a function; back when Lambda has carried it out. Variables that are not named keep their values. */
export async function changeFunction(
  connection: Connection,
  address: FunctionAddress,
  options: { readonly change: FunctionChange; readonly progress: Progress },
): Promise<UpdateOutcome> {
  const { change, progress } = options;
  const { code, architecture } = change;
  const task = progress.start(`Updating function ${address.name}`);
  let result: UpdateOutcome["result"] = "unchanged";
  try {
    let outcome = await reviseFunction(connection, await getFunction(connection, address), (current) => {
      if (!code || !codeDiffers(current, code, architecture)) return undefined;
      result = "updated";
      return updateFunctionCode(connection, { ...at(current), zip: code.zip, architecture });
    });
    const settings = changedSettings(outcome.after, change);
    if (settings) {
      outcome = await reviseFunction(connection, outcome.after, (current) => {
        const still = changedSettings(current, change);
        if (!still) return undefined;
        result = "updated";
        const update = () => updateFunctionConfiguration(connection, { ...at(current), ...still });
        return whenRoleIsReady(connection, { role: still.role ?? current.role, progress }, update);
      });
    }
    return { function: outcome.after, result };
  } finally {
    task.done();
  }
}

function at({ region, name, revisionId }: LambdaFunction) {
  return { region, name, revisionId };
}

function codeDiffers(current: LambdaFunction, code: FunctionCode, architecture: string | undefined): boolean {
  return (
    current.codeSha256 !== code.sha256 || (architecture !== undefined && !current.architectures.includes(architecture))
  );
}

/** Only what differs; undefined where nothing does. */
function changedSettings(current: LambdaFunction, change: FunctionChange): FunctionSettings | undefined {
  const variables = change.variables && mergeVariables(current, change.variables);
  const logging = change.logging && changedLogging(current, change.logging);
  const settings: FunctionSettings = {
    ...(change.runtime !== undefined && change.runtime !== current.runtime && { runtime: change.runtime }),
    ...(change.handler !== undefined && change.handler !== current.handler && { handler: change.handler }),
    ...(change.role !== undefined && change.role !== current.role && { role: change.role }),
    ...(change.timeout !== undefined && change.timeout !== current.timeout && { timeout: change.timeout }),
    ...(change.memorySize !== undefined &&
      change.memorySize !== current.memorySize && { memorySize: change.memorySize }),
    ...(variables && { variables }),
    ...(logging && { logging }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

function changedLogging(current: LambdaFunction, wanted: FunctionLogging): FunctionLogging | undefined {
  const { format = current.logFormat, applicationLogLevel, systemLogLevel } = wanted;
  const same =
    format === current.logFormat &&
    (applicationLogLevel ?? current.applicationLogLevel) === current.applicationLogLevel &&
    (systemLogLevel ?? current.systemLogLevel) === current.systemLogLevel;
  return same ? undefined : wanted;
}
