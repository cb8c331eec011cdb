// Streaming handlers: what `awslambda` offers them, and the stream that takes their words to the Runtime API as they come.
import { Writable } from "node:stream";
import { named } from "./errors.mjs";

const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
const highWaterMark = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const httpContentType = "application/vnd.awslambda.http-integration-response";
const errorTypeTrailer = "Lambda-Runtime-Function-Error-Type";
const errorBodyTrailer = "Lambda-Runtime-Function-Error-Body";

/** The global that handlers find. */
export const awslambda = {
  streamifyResponse(handler, options) {
    handler[streaming] = "response";
    if (typeof options?.highWaterMark === "number") handler[highWaterMark] = Math.trunc(options.highWaterMark);
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType(httpContentType);
      const text = JSON.stringify(prelude);
      stream._onBeforeFirstWrite = (write) => {
        write(text);
        write(new Uint8Array(8));
      };
      return stream;
    },
  },
};

/** Whether the handler streams; throws where it is marked with something that does not exist. */
export function isStreaming(handler) {
  if (!handler[streaming]) return false;
  if (handler[streaming] === "response") return true;
  throw named("Runtime.MalformedStreamingHandler", "Only response streaming is supported.");
}

/** The buffer that the handler asked for, bytes; undefined for Node's own. */
export function highWaterMarkOf(handler) {
  const mark = Number(handler[highWaterMark] || Number.NaN);
  return Number.isNaN(mark) ? undefined : mark;
}

/**
 * What a streaming handler writes to. `open` starts the request, with these headers. As in AWS's own client the request begins with the first
 * byte, and what `end(bytes)` brings does not count as a first write: a prelude goes out only before a `write`.
 */
export class ResponseStream extends Writable {
  /** Resolves when the Runtime API has the whole response; rejects where the stream broke. */
  done;
  #open;
  #request;
  #contentType = "application/octet-stream";
  #written = false;
  #settle;

  constructor(open, options) {
    super(options);
    this.#open = open;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Told to whoever waits for it, and to nobody where nobody does.
    this.done.catch(() => {});
    this.on("error", this.#settle.reject);
    this.on("close", () => {
      if (!this.writableFinished) this.#settle.reject(new Error("The response stream was destroyed."));
    });
  }

  /** Whether a part of the response may have been sent. */
  get begun() {
    return this.#request !== undefined;
  }

  setContentType(contentType) {
    if (this.#written) throw named("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.#contentType = contentType;
  }

  write(chunk, ...rest) {
    const isBytes = typeof chunk === "string" || Buffer.isBuffer(chunk) || chunk?.constructor === Uint8Array;
    const first = !this.#written;
    this.#written = true;
    if (first && typeof this._onBeforeFirstWrite === "function")
      this._onBeforeFirstWrite((bytes) => super.write(bytes));
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...rest);
  }

  /** Ends it with what went wrong; resolves when that is delivered, or can't be. */
  async fail(body) {
    if (this.destroyed || this.writableEnded) return;
    this.#begin().addTrailers({
      // A trailer is a line: what would break it is left out.
      [errorTypeTrailer]: String(body.errorType).replace(/[^\t\x20-\x7e]/g, ""),
      [errorBodyTrailer]: Buffer.from(JSON.stringify(body)).toString("base64"),
    });
    this.end();
    await this.done.catch(() => {});
  }

  _write(chunk, _encoding, done) {
    if (this.#begin().write(chunk)) done();
    else this.#request.once("drain", done);
  }

  _final(done) {
    this.#begin().end(done);
  }

  _destroy(error, done) {
    // After a good end this is only Node tidying up: the answer is still to come.
    if (!this.writableFinished) this.#request?.destroy();
    done(error);
  }

  #begin() {
    if (this.#request) return this.#request;
    const { request, answered } = this.#open({
      "Content-Type": this.#contentType,
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      Trailer: `${errorTypeTrailer}, ${errorBodyTrailer}`,
    });
    answered.then(this.#settle.resolve, (error) => {
      this.#settle.reject(error);
      this.destroy(error);
    });
    this.#request = request;
    return request;
  }
}
