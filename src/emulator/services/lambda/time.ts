// Times as Lambda writes them.

/** `2026-11-21T10:00:00.000+0000`. */
export function lambdaTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "+0000");
}
