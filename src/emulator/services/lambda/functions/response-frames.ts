// The answer of InvokeWithResponseStream: PayloadChunk events as the response comes, InvokeComplete at its end.
import { PassThrough, type Readable } from "node:stream";
import type { InvokeResult, ResponseReceiver } from "../../../execution.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { encodeEvent } from "../../../wire/event-stream.ts";

/** One answer, while it is made. */
export class ResponseFrames {
  private readonly out = new PassThrough();

  constructor() {
    // A caller that goes away is no failure: the function runs to its end, as on AWS, and its words are thrown away.
    this.out.on("error", () => {});
  }

  /** What the caller reads; destroyed when it goes away. */
  get stream(): Readable {
    return this.out;
  }

  /** Takes a chunk of the response. */
  write(chunk: Buffer): ReturnType<ResponseReceiver["write"]> {
    const { out } = this;
    if (out.destroyed || out.write(encodeEvent("PayloadChunk", "application/octet-stream", chunk))) return undefined;
    return new Promise((resolve) => {
      const room = () => {
        out.off("drain", room).off("close", room);
        resolve();
      };
      out.on("drain", room).on("close", room);
    });
  }

  /** The invocation is over. */
  complete({ functionError, payload, logTail }: InvokeResult, tail: boolean): void {
    this.end({
      ...(functionError && { ErrorCode: errorTypeOf(payload) ?? functionError, ErrorDetails: payload.toString() }),
      ...(tail && { LogResult: Buffer.from(logTail).toString("base64") }),
    });
  }

  /** The function could not be run any further. */
  breakOff(error: unknown): void {
    const code = error instanceof AwsError ? error.code : "ServiceException";
    this.end({ ErrorCode: code, ErrorDetails: error instanceof Error ? error.message : String(error) });
  }

  private end(complete: object): void {
    if (this.out.destroyed) return;
    this.out.end(encodeEvent("InvokeComplete", "application/json", Buffer.from(JSON.stringify(complete))));
  }
}

/** The type in an error's body, of whatever runtime. */
function errorTypeOf(payload: Buffer): string | undefined {
  try {
    const { errorType } = JSON.parse(payload.toString());
    return typeof errorType === "string" && errorType !== "" ? errorType : undefined;
  } catch {
    return undefined;
  }
}
