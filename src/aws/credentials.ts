// Whether the SDK's credential chain finds anything, without sending a request to AWS.
import { STSClient } from "@aws-sdk/client-sts";

/** Where credentials came from, in the SDK's words for its providers, or why none were found. */
export type CredentialsFound =
  | { readonly found: true; readonly accessKeyId: string }
  | { readonly found: false; readonly reason: string };

/** Looks through the environment, the profile, SSO, the container and the instance, as every command does. */
export async function findCredentials(profile: string | undefined): Promise<CredentialsFound> {
  const client = new STSClient({ region: "us-east-1", ...(profile !== undefined && { profile }) });
  try {
    const { accessKeyId } = await client.config.credentials();
    return { found: true, accessKeyId };
  } catch (error) {
    return { found: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
