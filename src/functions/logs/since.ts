// Reads a moment of the past: ten minutes ago, or a date.
import { usageError } from "../../model/errors.ts";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds since 1970 of `10m`, `2h`, `1d`, `90s` before `now`, or of an ISO 8601 date.
 * @throws usageError
 */
export function parseSince(text: string, now: number): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (units[unit] ?? 0);
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw usageError(`${JSON.stringify(text)} is no moment.`, {
    code: "InvalidSince",
    hint: "E.g. 90s, 10m, 2h, 1d, or 2026-11-21T08:00:00Z.",
  });
}
