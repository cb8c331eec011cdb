// Where console lines go: framed, as Lambda's log pipe wants them, or to standard output where there is no such pipe.
import { writeSync } from "node:fs";

/** The type of a frame: with the level's bits in it, JSON or text. */
const textType = 0xa55a0003;
const jsonType = 0xa55a0002;
const headerBytes = 16;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Gives `write({ text, isJson, levelBits })`; each text becomes one log event, newlines included. */
export function openOutput() {
  const number = process.env._LAMBDA_TELEMETRY_LOG_FD;
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  if (number === undefined) return ({ text }) => process.stdout.write(`${text.replace(/\n/g, "\r")}\n`);
  const descriptor = Number(number);
  return ({ text, isJson, levelBits }) => {
    const message = Buffer.from(isJson ? text : `${text}\n`);
    const frame = Buffer.alloc(headerBytes + message.length);
    frame.writeUInt32BE(((isJson ? jsonType : textType) | levelBits) >>> 0, 0);
    frame.writeUInt32BE(message.length, 4);
    frame.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
    message.copy(frame, headerBytes);
    writeWhole(descriptor, frame);
  };
}

function writeWhole(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      // Using process.stdout makes the pipe answer so when it is full.
      if (error.code !== "EAGAIN") return;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
