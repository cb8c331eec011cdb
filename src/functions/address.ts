// The address of a function that was named.
import type { FunctionAddress } from "../aws/lambda/functions.ts";
import { parseArn } from "../model/arn.ts";

/** A function by its name or ARN; an ARN brings its region along. */
export function functionAddress(word: string, region: string): FunctionAddress {
  const arn = parseArn(word);
  return { name: word, region: arn?.region || region };
}
