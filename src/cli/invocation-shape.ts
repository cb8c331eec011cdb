// An invocation's answer as a document.
import type { InvocationAnswer } from "../aws/lambda/invoke.ts";

/** `payload` where the answer is JSON, else `payloadText` where it is text, else `payloadBase64`. */
export function invocationDocument(answer: InvocationAnswer, file: string | undefined): object {
  const { statusCode, executedVersion, requestId, functionError, errorDetails, payload, log } = answer;
  return {
    schemaVersion: 1,
    statusCode,
    executedVersion,
    requestId,
    functionError,
    errorDetails,
    ...(statusCode === 200 && payloadMember(Buffer.from(payload))),
    log,
    file,
  };
}

function payloadMember(bytes: Buffer): object {
  const text = bytes.toString();
  try {
    return { payload: JSON.parse(text) };
  } catch {
    return Buffer.from(text).equals(bytes) ? { payloadText: text } : { payloadBase64: bytes.toString("base64") };
  }
}
