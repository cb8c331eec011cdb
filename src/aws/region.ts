// The region that a profile of AWS's shared configuration files names.
import { STSClient } from "@aws-sdk/client-sts";

/**
 * The region of a profile (`default` where none is named), from `~/.aws/config` and `~/.aws/credentials`; undefined where it has none.
 * The SDK reads the files: nothing is sent.
 */
export async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
  const client = new STSClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    // The SDK throws where it finds none, whatever the reason: no file, no such profile, no region in it.
    return undefined;
  }
}
