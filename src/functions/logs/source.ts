// Tells who wrote a line of a function's log: the platform, an extension, or the function.

/** Who wrote a line. */
export interface LineSource {
  readonly source: "platform" | "extension" | "function";
  /** The extension's name. */
  readonly extension?: string;
}

/** What Lambda itself writes, in the text format. */
const platform =
  /^(START RequestId:|END RequestId:|REPORT RequestId:|INIT_START |INIT_REPORT |RESTORE_START |RESTORE_REPORT |XRAY TraceId:|TELEMETRY\t|EXTENSION\t|LOGS\t)/;

/** Lambda's line for an extension, in the text format and in the JSON format. */
const extensionText = /^EXTENSION\tName: ([^\t]+)\t/;
const extensionRecord = /^\{"time":"[^"]*","type":"platform\.extension","record":\{[^}]*"name":"([^"]+)"/;

/**
 * Makes a reader of lines. CloudWatch doesn't say whose a line is; an extension is known by the line that Lambda writes for it, and its lines by the `[name]` that extensions put before them.
 */
export function createSourceReader(known: readonly string[]): (message: string) => LineSource {
  const extensions = new Set(known);
  return (message) => {
    const name = extensionText.exec(message)?.[1] ?? extensionRecord.exec(message)?.[1];
    if (name !== undefined) extensions.add(name);
    if (platform.test(message) || isPlatformRecord(message)) return { source: "platform" };
    const prefix = /^(?:\S+ \S+ )?\[([^\]]+)\]/.exec(message)?.[1];
    if (prefix !== undefined && extensions.has(prefix)) return { source: "extension", extension: prefix };
    return { source: "function" };
  };
}

/** The same in the JSON log format. */
function isPlatformRecord(message: string): boolean {
  return message.startsWith("{") && /^\{"time":"[^"]*","type":"platform\./.test(message);
}
