// Cuts lists into pages.
import { AwsError } from "../wire/aws-error.ts";

/** What a caller asked for. */
export interface PageRequest {
  /** What the page before gave as its end; undefined for the first. */
  readonly marker: string | undefined;
  readonly size: number;
  /** The service's refusal of a marker that no page of ours ended with; Lambda's without. */
  readonly refusal?: (() => AwsError) | undefined;
}

/** A page; `next` where there are more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * One page of a list that is ordered the same way each time. The marker holds the key of the last item given, so that a page
 * goes on at the right place though something was added or removed in between.
 */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> {
  let start = 0;
  if (request.marker !== undefined) {
    const last = decodeMarker(request.marker, request.refusal);
    const index = items.findIndex((item) => keyOf(item) === last.key);
    start = index >= 0 ? index + 1 : last.position;
  }
  const page = items.slice(start, start + request.size);
  const end = page.at(-1);
  const more = end !== undefined && start + page.length < items.length;
  return { items: page, next: more ? encodeMarker({ key: keyOf(end), position: start + page.length }) : undefined };
}

interface Position {
  readonly key: string;
  /** Where it was, for the case that it is gone. */
  readonly position: number;
}

function encodeMarker(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function decodeMarker(marker: string, refusal = invalidMarker): Position {
  try {
    const { key, position } = JSON.parse(Buffer.from(marker, "base64url").toString("utf8"));
    if (typeof key === "string" && Number.isInteger(position) && position >= 0) return { key, position };
  } catch {
    // Falls through to the refusal.
  }
  throw refusal();
}

function invalidMarker(): AwsError {
  return new AwsError("InvalidParameterValueException", "The marker is invalid.");
}
