// Takes a body in the encoding aws-chunked apart: data in chunks, each with its length and perhaps a signature, then headers.
import { createHash, type Hash } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import { sha256 } from "./signature.ts";

/** Signs the next text of a chain that began with the request's signature. */
export type SignChunk = (kind: "PAYLOAD" | "TRAILER", hashes: readonly string[]) => string;

interface ChunkOptions {
  /** Undefined where the chunks carry no signatures. */
  readonly sign: SignChunk | undefined;
  /** Told each header after the data, by its lower-case name. */
  readonly trailer: (name: string, value: string) => void;
}

const longestLine = 8192;
const nothing = sha256("");

/**
 * The data alone.
 * @throws AwsError where it is not of this form, is cut short, or a signature does not fit what came before it.
 */
export async function* readChunks(stream: AsyncIterable<Buffer>, { sign, trailer }: ChunkOptions) {
  const input = new LineReader(stream);
  for (;;) {
    const [size = "", extension = ""] = (await input.line()).split(";");
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) throw malformed();
    let left = Number.parseInt(size, 16);
    const last = left === 0;
    const hash: Hash | undefined = sign && createHash("sha256");
    while (left > 0) {
      const piece = await input.bytes(left);
      left -= piece.length;
      hash?.update(piece);
      yield piece;
    }
    if (sign && hash) expect(extension.trim(), `chunk-signature=${sign("PAYLOAD", [nothing, hash.digest("hex")])}`);
    if (last) break;
    if ((await input.line()) !== "") throw malformed();
  }
  let signed = "";
  for (let line = await input.lastLine(); line !== ""; line = await input.lastLine()) {
    const cut = line.indexOf(":");
    if (cut < 0) throw malformed();
    const [name, value] = [line.slice(0, cut).trim().toLowerCase(), line.slice(cut + 1).trim()];
    if (name === "x-amz-trailer-signature") {
      if (sign) expect(value, sign("TRAILER", [sha256(signed)]));
      signed = "";
    } else {
      signed += `${name}:${value}\n`;
      trailer(name, value);
    }
  }
  if (sign && signed !== "") throw malformed();
}

function expect(given: string, wanted: string): void {
  if (given !== wanted) {
    throw new AwsError("SignatureDoesNotMatch", "The signature of a chunk does not match what was computed.", {
      status: 403,
    });
  }
}

function malformed(): AwsError {
  return new AwsError("IncompleteBody", "The body is not what its encoding, aws-chunked, demands.");
}

/** Lines and bytes of a stream, in turn. */
class LineReader {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);
  private over = false;

  constructor(stream: AsyncIterable<Buffer>) {
    this.source = stream[Symbol.asyncIterator]();
  }

  /** @throws AwsError where the stream ends before the line does. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf("\r\n");
      if (end >= 0) {
        const text = this.rest.toString("latin1", 0, end);
        this.rest = this.rest.subarray(end + 2);
        return text;
      }
      if (this.rest.length > longestLine || !(await this.more())) throw malformed();
    }
  }

  /** A line, or nothing where the stream is over: some clients leave the empty line at the end out. */
  async lastLine(): Promise<string> {
    if (this.rest.length === 0 && !(await this.more())) return "";
    return await this.line();
  }

  /** Some bytes, at most so many. */
  async bytes(most: number): Promise<Buffer> {
    if (this.rest.length === 0 && !(await this.more())) throw malformed();
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }

  private async more(): Promise<boolean> {
    if (this.over) return false;
    const { done, value } = await this.source.next();
    if (done) {
      this.over = true;
      return false;
    }
    this.rest = this.rest.length === 0 ? value : Buffer.concat([this.rest, value]);
    return true;
  }
}
