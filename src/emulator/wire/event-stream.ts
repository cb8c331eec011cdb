// Messages of application/vnd.amazon.eventstream, the framing of what AWS streams.
import { EventStreamCodec } from "@smithy/core/event-streams";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/** An event, as SDKs read it: its name, the type of its body, the body. */
export function encodeEvent(name: string, contentType: string, body: Uint8Array): Buffer {
  const message = codec.encode({
    headers: {
      ":message-type": { type: "string", value: "event" },
      ":event-type": { type: "string", value: name },
      ":content-type": { type: "string", value: contentType },
    },
    body,
  });
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength);
}
