// The body of PublishLayerVersion, made once for all regions: the SDK would turn a zip into base64, JSON and a hash for each of them.
import { createHash } from "node:crypto";

/** What the body says besides the zip, as AWS's model names it. */
export type LayerFields = Readonly<Record<string, string | readonly string[]>>;

/** A body that can be sent any number of times. */
export interface PublishBody {
  readonly bytes: Buffer;
  /** Hexadecimal, of the bytes: what a signature needs of them. */
  readonly sha256: string;
}

/** As long as somebody holds the zip. */
const bodies = new WeakMap<Uint8Array, Map<string, PublishBody>>();

/** The body for a zip and the other fields. */
export function publishBody(zip: Uint8Array, fields: LayerFields): PublishBody {
  const ofZip = bodies.get(zip) ?? new Map<string, PublishBody>();
  bodies.set(zip, ofZip);
  const rest = JSON.stringify(fields);
  const body = ofZip.get(rest) ?? make(zip, rest);
  ofZip.set(rest, body);
  return body;
}

function make(zip: Uint8Array, rest: string): PublishBody {
  const base64 = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength).toString("base64");
  const [head, tail] = ['{"Content":{"ZipFile":"', `"}${rest === "{}" ? "}" : `,${rest.slice(1)}`}`];
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(base64, "latin1"), Buffer.from(tail)]);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** What the SDK's commands let middleware be added to. */
interface WithMiddleware {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: Sent) => Promise<never>) => (args: Sent) => Promise<never>,
      options: { readonly step: "serialize"; readonly priority: "low"; readonly name: string },
    ): void;
  };
}

interface Sent {
  readonly request?: unknown;
}

/** Puts it into the place of what the SDK has made of a command, before the request is signed. */
export function sendBody(command: object, { bytes, sha256 }: PublishBody): void {
  (command as WithMiddleware).middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: unknown; readonly headers: Record<string, string> };
      request.body = bytes;
      // The signer takes it from there instead of reading the body again.
      request.headers["x-amz-content-sha256"] = sha256;
      return next(args);
    },
    { step: "serialize", priority: "low", name: "preparedBody" },
  );
}
