// How long ago something was, for people.

const units = [
  ["y", 365 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** `3 d`, `5 h`, `40 s`: whole ones of the largest unit; empty where the date is none. `created` is as AWS writes dates. */
export function ageOf(created: string, now: number): string {
  const milliseconds = now - Date.parse(created);
  if (Number.isNaN(milliseconds)) return "";
  // Clocks differ.
  const unit = units.find(([, length]) => milliseconds >= length);
  return unit ? `${Math.floor(milliseconds / unit[1])} ${unit[0]}` : "0 s";
}
