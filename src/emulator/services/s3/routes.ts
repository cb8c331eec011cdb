// Which operation a request asks for: S3 tells by the method, by what the path names, and by words in the query.

/** Whom a request is about. */
interface Address {
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Words in the query that make another operation of a request. Those that are not played have a name too, for their refusal. */
const subresources: Readonly<Record<string, string>> = {
  accelerate: "AccelerateConfiguration",
  acl: "Acl",
  analytics: "AnalyticsConfiguration",
  attributes: "Attributes",
  cors: "Cors",
  encryption: "Encryption",
  "intelligent-tiering": "IntelligentTieringConfiguration",
  inventory: "InventoryConfiguration",
  "legal-hold": "LegalHold",
  lifecycle: "LifecycleConfiguration",
  location: "Location",
  logging: "Logging",
  metrics: "MetricsConfiguration",
  notification: "NotificationConfiguration",
  "object-lock": "LockConfiguration",
  ownershipControls: "OwnershipControls",
  policy: "Policy",
  policyStatus: "PolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "Replication",
  requestPayment: "RequestPayment",
  restore: "Restore",
  retention: "Retention",
  select: "Select",
  tagging: "Tagging",
  torrent: "Torrent",
  versioning: "Versioning",
  website: "Website",
};

const verbs: Readonly<Record<string, string>> = {
  GET: "Get",
  PUT: "Put",
  DELETE: "Delete",
  POST: "Post",
  HEAD: "Head",
};

/** AWS's name of the operation. */
export function nameOperation({ bucket, key, query }: Address, { method, headers }: Asked): string {
  const verb = verbs[method] ?? method;
  if (bucket === "") return method === "GET" ? "ListBuckets" : `${verb}Service`;
  const word = Object.keys(subresources).find((name) => query.has(name));
  if (word !== undefined) return `${verb}${key === "" ? "Bucket" : "Object"}${subresources[word]}`;
  if (query.has("versionId")) return `${verb}ObjectVersion`;
  return key === "" ? ofBucket(query, method) : ofObject(query, { method, headers });
}

function ofBucket(query: URLSearchParams, method: string): string {
  switch (method) {
    case "GET":
      if (query.has("uploads")) return "ListMultipartUploads";
      if (query.has("versions")) return "ListObjectVersions";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    case "PUT":
      return "CreateBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : "PostObject";
    default:
      return `${verbs[method] ?? method}Bucket`;
  }
}

function ofObject(query: URLSearchParams, { method, headers }: Asked): string {
  const part = query.has("uploadId");
  switch (method) {
    case "PUT": {
      const copies = headers["x-amz-copy-source"] !== undefined;
      if (part) return copies ? "UploadPartCopy" : "UploadPart";
      return copies ? "CopyObject" : "PutObject";
    }
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      return part ? "CompleteMultipartUpload" : "PostObject";
    case "GET":
      return part ? "ListParts" : "GetObject";
    case "DELETE":
      return part ? "AbortMultipartUpload" : "DeleteObject";
    default:
      return `${verbs[method] ?? method}Object`;
  }
}
