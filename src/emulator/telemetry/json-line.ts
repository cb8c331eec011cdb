// Lines of processes that are JSON objects.

/** A line that is a JSON object, as such; undefined for every other one. */
export function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
