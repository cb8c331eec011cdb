// What the store keeps of each kind of thing: AWS's facts about it, under AWS's names where it has one.
import type { Architecture } from "../../model/architecture.ts";
import type { JsonLogging } from "../log-levels.ts";
import type { ChecksumAlgorithm } from "../wire/checksum.ts";

/** One version of a layer. */
export interface LayerVersionDocument {
  readonly region: string;
  readonly layerName: string;
  readonly version: number;
  readonly description: string;
  readonly licenseInfo?: string | undefined;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly Architecture[];
  /** ISO 8601. */
  readonly createdDate: string;
  readonly codeSha256: string;
  readonly codeSize: number;
  readonly unzippedBytes: number;
  /** Grants to others; absent where nobody has any. */
  readonly policy?: { readonly revisionId: string; readonly statements: readonly LayerStatement[] } | undefined;
}

/** One grant on a layer version. */
export interface LayerStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: "*" | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: { readonly StringEquals: { readonly "aws:PrincipalOrgID": string } };
}

/** A layer that a function refers to: complete, since the layer version may be deleted and goes on working. */
export interface AttachedLayer {
  readonly arn: string;
  readonly codeSha256: string;
  readonly codeSize: number;
  readonly unzippedBytes: number;
}

/** Code and configuration of `$LATEST` or of a published version. */
export interface FunctionVersion {
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly ephemeralStorage: number;
  readonly architecture: Architecture;
  /** Absent where none was ever given, which AWS tells from an empty one. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly layers: readonly AttachedLayer[];
  readonly tracingMode: "PassThrough" | "Active";
  readonly logGroup: string;
  /** Absent in the text format. */
  readonly jsonLogging?: JsonLogging | undefined;
  /** The queue or topic for events that could not be processed. */
  readonly deadLetterTargetArn?: string | undefined;
  readonly codeSha256: string;
  readonly codeSize: number;
  readonly unzippedBytes: number;
  /** ISO 8601 as Lambda writes it: `+0000` instead of `Z`. */
  readonly lastModified: string;
  readonly revisionId: string;
}

/** A function with its `$LATEST`. */
export interface FunctionDocument {
  readonly region: string;
  readonly functionName: string;
  /** Tells a function from one of the same name that was deleted before. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly latest: FunctionVersion;
  /** Invocations of all versions at once; absent where the function shares the account's. */
  readonly reservedConcurrency?: number | undefined;
  /** Name → where it leads; absent where there is none. */
  readonly aliases?: Readonly<Record<string, FunctionAlias>> | undefined;
  /** `$LATEST`, a version's number or an alias → how its events are handled. */
  readonly eventInvokeConfigs?: Readonly<Record<string, EventInvokeConfig>> | undefined;
}

/** A name that leads to a version of a function. */
export interface FunctionAlias {
  /** `$LATEST` or a number. */
  readonly functionVersion: string;
  /** A second version, and the part of the invocations that goes there, from 0 to 1. */
  readonly second?: { readonly version: string; readonly weight: number } | undefined;
  readonly description: string;
  readonly revisionId: string;
}

/** How asynchronous invocations of one version are handled; what is absent is AWS's default. */
export interface EventInvokeConfig {
  readonly maximumRetryAttempts?: number | undefined;
  readonly maximumEventAgeInSeconds?: number | undefined;
  /** ARNs. */
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

/** A published version. */
export interface FunctionVersionDocument {
  readonly functionId: string;
  readonly content: FunctionVersion;
}

/** An event that was accepted for a function and has not been run to its end. */
export interface QueuedEventDocument {
  readonly id: string;
  readonly region: string;
  readonly functionName: string;
  /** As the caller gave it; undefined for an unqualified call. */
  readonly qualifier?: string | undefined;
  /** Base64. */
  readonly payload: string;
  readonly clientContext?: string | undefined;
  readonly traceId?: string | undefined;
  /** Epoch milliseconds; absent in documents of earlier versions of lambda-ext. */
  readonly acceptedAt?: number | undefined;
  /** How many functions' destinations it came through to this one. */
  readonly hops?: number | undefined;
  /** Attempts that failed. */
  readonly attempts: number;
  /** What came of the last attempt. */
  readonly response?: EventResponse | undefined;
  /** Set when no further attempt is to be made and the record of it has yet to be delivered. */
  readonly completed?: EventCompletion | undefined;
}

/** What came of an attempt at an event. */
export interface EventResponse {
  /** 200 where the function ran, also where it failed; else the status of AWS's refusal. */
  readonly statusCode: number;
  readonly executedVersion?: string | undefined;
  readonly functionError?: string | undefined;
  /** What the function answered, as text; absent where it did not run. */
  readonly payload?: string | undefined;
  /** Why it did not run. */
  readonly refusal?: string | undefined;
}

/** The end of an event, and who is to be told of it. */
export interface EventCompletion {
  /** As invocation records have it. */
  readonly condition: "Success" | "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";
  /** Epoch milliseconds. */
  readonly at: number;
  /** The function's, under which the record is sent. */
  readonly roleArn: string;
  readonly destination?: string | undefined;
  readonly deadLetterTarget?: string | undefined;
}

/** An IAM role. */
export interface RoleDocument {
  readonly roleName: string;
  readonly path: string;
  readonly roleId: string;
  readonly arn: string;
  /** ISO 8601. */
  readonly createDate: string;
  readonly description?: string | undefined;
  readonly maxSessionDuration: number;
  /** As it was sent, byte for byte. */
  readonly assumeRolePolicyDocument: string;
  /** Policy name → document, as it was sent. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly attachedPolicies: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** A parameter of Parameter Store with its versions, oldest first. */
export interface ParameterDocument {
  readonly region: string;
  readonly name: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly tier: "Standard" | "Advanced" | "Intelligent-Tiering";
  readonly dataType: string;
  readonly versions: readonly { readonly version: number; readonly value: string; readonly lastModified: number }[];
}

/** A secret of Secrets Manager with its versions, oldest first. Times are epoch milliseconds. */
export interface SecretDocument {
  readonly region: string;
  readonly name: string;
  /** With the six random characters behind the name. */
  readonly arn: string;
  readonly description?: string | undefined;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly created: number;
  readonly lastChanged: number;
  /** The day on which a value was last read, at its beginning. */
  readonly lastAccessed?: number | undefined;
  /** When it goes for good; absent where it is to stay. */
  readonly deletion?: number | undefined;
  readonly versions: readonly SecretVersion[];
}

/** One version of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly created: number;
  readonly value: SecretValue;
  /** Its staging labels; none where it is deprecated. */
  readonly stages: readonly string[];
}

/** What a version holds: text, or bytes in base64. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

/** A bucket of S3; its name is the only one in its partition. */
export interface BucketDocument {
  readonly partition: string;
  readonly region: string;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
}

/** What a client has said about an object's content. */
export interface ObjectDescription {
  /** Headers that a download repeats, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checksum that was asked for, in base64; of several parts, that of theirs with their number. */
export interface KeptChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** Bytes that have arrived. */
export interface StoredBytes {
  /** Among the object files. */
  readonly file: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum?: KeptChecksum | undefined;
}

/** An object of S3. */
export interface ObjectDocument extends StoredBytes, ObjectDescription {
  readonly key: string;
  /** Base64: what Lambda calls CodeSha256. */
  readonly sha256: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

/** An object that arrives in parts. */
export interface MultipartDocument extends ObjectDescription {
  readonly id: string;
  readonly partition: string;
  readonly bucket: string;
  readonly key: string;
  readonly checksum?: Pick<KeptChecksum, "algorithm" | "type"> | undefined;
  /** ISO 8601. */
  readonly initiated: string;
}

/** A part of one. */
export interface PartDocument extends StoredBytes {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}
