// What fails one region because of the caller's credentials would fail the others too: they are not tried any more.
import { isRefusal } from "../../aws/errors.ts";
import { LambdaExtError, remoteError } from "../../model/errors.ts";

/** Errors that are about the caller, wherever they are met: whoever tells failures tells them once. */
export const commonFailures: readonly string[] = ["ExpiredCredentials", "NoCredentials"];

/** Remembers the first of them. */
export interface CommonFate {
  /** Does something for a region, unless what failed elsewhere says that it would fail here too. */
  share<Result>(region: string, work: () => Promise<Result>): Promise<Result>;
}

/** For one run over all regions. */
export function createCommonFate(): CommonFate {
  let end: LambdaExtError | undefined;
  return {
    async share(region, work) {
      if (end) throw notTried(region, end);
      try {
        return await work();
      } catch (error) {
        if (error instanceof LambdaExtError && isRefusal(error, ...commonFailures)) end ??= error;
        throw error;
      }
    },
  };
}

function notTried(region: string, { code, hint, cause }: LambdaExtError): LambdaExtError {
  const why = code === "ExpiredCredentials" ? "the credentials have expired" : "there are no credentials";
  return remoteError(`${region} was not tried any further: ${why}.`, { code, hint, cause });
}
