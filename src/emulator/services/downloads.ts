// Links under which layers and code can be downloaded for a few minutes, without credentials, as AWS's presigned URLs.
import { randomBytes } from "node:crypto";

/** The path below which links lie. */
export const downloadPath = "/_lambda-ext/content/";

/** As long as AWS's links for layers are valid. */
const validMilliseconds = 600_000;

interface Link {
  readonly codeSha256: string;
  readonly expires: number;
}

/** Tokens that open one zip each. */
export class Downloads {
  private readonly links = new Map<string, Link>();
  private readonly url: string;
  private readonly now: () => number;

  constructor(url: string, now: () => number) {
    this.url = url;
    this.now = now;
  }

  /** A new link to a zip. */
  link(codeSha256: string): string {
    this.forgetExpired();
    const token = randomBytes(32).toString("base64url");
    this.links.set(token, { codeSha256, expires: this.now() + validMilliseconds });
    return `${this.url}${downloadPath}${token}`;
  }

  /** The zip that a token opens; undefined where it opens none, or no longer. */
  find(token: string): string | undefined {
    this.forgetExpired();
    return this.links.get(token)?.codeSha256;
  }

  private forgetExpired(): void {
    for (const [token, { expires }] of this.links) {
      // In the order in which they were made, hence in that of their end.
      if (expires > this.now()) return;
      this.links.delete(token);
    }
  }
}
