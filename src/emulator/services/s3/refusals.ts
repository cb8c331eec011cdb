// S3's refusals in its own words, with the members that its clients read.
import { AwsError } from "../../wire/aws-error.ts";

/** There is no such bucket in the partition. */
export function noSuchBucket(BucketName: string): AwsError {
  return new AwsError("NoSuchBucket", "The specified bucket does not exist", { status: 404, fields: { BucketName } });
}

/** There is no such object. */
export function noSuchKey(Key: string): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404, fields: { Key } });
}

/** There is no such multipart upload, or none any more. */
export function noSuchUpload(UploadId: string): AwsError {
  const text =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new AwsError("NoSuchUpload", text, { status: 404, fields: { UploadId } });
}

/** The bucket is in another region: clients that follow redirects look at the header. */
export function elsewhere(Bucket: string, region: string): AwsError {
  const text =
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
  return new AwsError("PermanentRedirect", text, {
    status: 301,
    fields: { Bucket, Endpoint: `s3.${region}.amazonaws.com`, Region: region },
    headers: { "x-amz-bucket-region": region },
  });
}

/** A condition of the request does not hold. */
export function preconditionFailed(Condition: string): AwsError {
  const text = "At least one of the pre-conditions you specified did not hold";
  return new AwsError("PreconditionFailed", text, { status: 412, fields: { Condition } });
}

/** Something that the endpoint does not play. */
export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `The local endpoint does not know ${what} of s3.`, { status: 501 });
}

/** A header or parameter that cannot be as it is. */
export function invalidArgument(text: string, ArgumentName: string): AwsError {
  return new AwsError("InvalidArgument", text, { fields: { ArgumentName } });
}
