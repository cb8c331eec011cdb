// The credentials that the endpoint knows: the user's, from a file, and those of running environments, in memory alone.
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync } from "node:fs";
import type { Credentials } from "../../model/target.ts";
import { writeAtomically } from "../store/atomic.ts";
import { type Principal, roleNameOf } from "./principal.ts";

/** One key and whose it is. */
export interface KnownKey {
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly principal: Principal;
}

/** Letters and digits as in AWS's key ids. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A random id with AWS's prefix: `AKIA` a user's key, `ASIA` a temporary one, `AROA` a role. */
export function randomId(prefix: string, length = 16): string {
  return prefix + Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
}

/** Key id → whose it is. */
export class KeyRing {
  private readonly keys = new Map<string, KnownKey>();

  constructor(user: Credentials) {
    this.keys.set(user.accessKeyId, {
      secretAccessKey: user.secretAccessKey,
      sessionToken: undefined,
      principal: { kind: "user", userName: "local" },
    });
  }

  find(accessKeyId: string): KnownKey | undefined {
    return this.keys.get(accessKeyId);
  }

  /** Credentials for one environment, which are worth nothing once revoked. */
  issue(roleArn: string, sessionName: string): { readonly credentials: Credentials; revoke(): void } {
    const credentials = {
      accessKeyId: randomId("ASIA"),
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(48).toString("base64"),
    };
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const principal: Principal = { kind: "role", roleArn, roleName: roleNameOf(roleArn), sessionName };
    this.keys.set(accessKeyId, { secretAccessKey, sessionToken, principal });
    return { credentials, revoke: () => void this.keys.delete(accessKeyId) };
  }
}

/**
 * The user's credentials of a folder, made at first use: random, in a file that only the user can read, the same for as long as
 * the folder lives, so that what a shell has exported goes on working.
 */
export async function loadUserCredentials(file: string): Promise<Credentials> {
  const kept = read(file);
  if (kept) return kept;
  const credentials = { accessKeyId: randomId("AKIA"), secretAccessKey: randomBytes(30).toString("base64") };
  await writeAtomically(file, `${JSON.stringify(credentials, null, 2)}\n`);
  return credentials;
}

function read(file: string): Credentials | undefined {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(readFileSync(file, "utf8"));
    if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") return undefined;
    // Whoever copied the folder may have widened it.
    chmodSync(file, 0o600);
    return { accessKeyId, secretAccessKey };
  } catch {
    return undefined;
  }
}
