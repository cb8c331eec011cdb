// The pictures of a trace: the time-line of a terminal and the page of a browser, of traces that are written down here.
import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import type { Globals } from "../../src/cli/globals.ts";
import { renderPage } from "../../src/cli/trace/page.ts";
import { showTrace } from "../../src/cli/trace/show.ts";
import { renderTimeLine } from "../../src/cli/trace/time-line.ts";
import type { InvocationTrace, TraceEvent } from "../../src/model/invocation-trace.ts";
import { silent } from "../../src/model/progress.ts";

const plain = new Chalk({ level: 0 });

function traceOf(events: readonly TraceEvent[], changes: Partial<InvocationTrace> = {}): InvocationTrace {
  const ends = events.map(({ at, durationMs = 0 }) => at + durationMs);
  return {
    ...{ requestId: "11111111-2222-3333-4444-555555555555", functionName: "demo", version: "$LATEST" },
    ...{ startedAt: "2026-11-21T07:00:00.000Z", logStream: "2026/11/21/[$LATEST]0123", coldStart: false },
    ...{ status: "success", complete: true, durationMs: Math.max(...ends), events },
    ...changes,
  };
}

const cold = traceOf(
  [
    { kind: "queue", name: "platform", at: 0, durationMs: 10 },
    { kind: "prepare", name: "platform", at: 10, durationMs: 10 },
    { kind: "init", name: "platform", at: 20, durationMs: 40, phase: "init" },
    { kind: "extension-launch", name: "one", at: 20, durationMs: 20 },
    { kind: "extension-init", name: "one", at: 40, durationMs: 1 },
    { kind: "subscribe", name: "one", at: 40.5, text: "Telemetry API: platform" },
    { kind: "runtime-launch", name: "runtime", at: 40, durationMs: 20 },
    { kind: "invoke", name: "platform", at: 60, durationMs: 8 },
    { kind: "extension-invoke", name: "one", at: 60, durationMs: 8, afterRuntimeMs: 2 },
    { kind: "runtime-work", name: "runtime", at: 60, durationMs: 4 },
    { kind: "runtime-response", name: "runtime", at: 64, durationMs: 1, bytes: 2048 },
    { kind: "runtime-next", name: "runtime", at: 65, durationMs: 1 },
    { kind: "freeze", name: "platform", at: 69 },
  ],
  { coldStart: true },
);

const lost = traceOf(
  [
    { kind: "invoke", name: "platform", at: 0, durationMs: 100 },
    { kind: "thaw", name: "platform", at: 0 },
    { kind: "init", name: "platform", at: 0, durationMs: 50, phase: "invoke" },
    { kind: "extension-launch", name: "one", at: 0, durationMs: 50, unfinished: true, text: "exit status 7" },
    { kind: "failure", name: "platform", at: 50, errorType: "Extension.Crash", text: "exit status 7" },
    { kind: "shutdown", name: "platform", at: 100, durationMs: 20, text: "failure" },
    { kind: "runtime-shutdown", name: "runtime", at: 100, durationMs: 10, text: "signal: terminated" },
    { kind: "extension-shutdown", name: "two", at: 110, durationMs: 10, text: "exit code 0" },
  ],
  { status: "error" },
);

const lines = (trace: InvocationTrace, columns?: number) =>
  renderTimeLine(trace, { colors: plain, columns }).split("\n");

describe("the time-line", () => {
  it("shows every phase, and who did what in it, with a bar on the phase's scale", () => {
    expect(lines(cold)).toEqual([
      "demo $LATEST · cold start · success · 69.00 ms in all",
      "                                    at ms   took",
      "WAIT  for an environment             0.00  10.00",
      "PREPARE  code and layers            10.00  10.00",
      "INIT                                20.00  40.00  ├────────────────────────────┤",
      "  one      start → register         20.00  20.00  ━━━━━━━━━━━━━━━",
      "  one      register → next          40.00   1.00                 ━",
      "  one      Telemetry API: platform  40.50                        │",
      "  runtime  start → next             40.00  20.00                 ━━━━━━━━━━━━━━━",
      "INVOKE                              60.00   8.00  ├────────────────────────────┤",
      "  one      INVOKE → next  +2.00     60.00   8.00  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
      "  runtime  event → first byte       60.00   4.00  ━━━━━━━━━━━━━━━",
      "  runtime  → last byte, 2.0 KB      64.00   1.00                 ━━━━",
      "  runtime  → next                   65.00   1.00                    ╺━━━╸",
      "FREEZE                              69.00",
      "+ milliseconds that the invocation waited for the extension after the runtime",
      "was done. Each phase has its own scale.",
    ]);
  });

  it("shows what came to nothing, and an INIT inside the invocation", () => {
    expect(lines(lost)).toEqual([
      "demo $LATEST · error (Extension.Crash: exit status 7) · 120.00 ms in all",
      "                                   at ms    took",
      "INVOKE                              0.00  100.00  ├────────────────────────────┤",
      "  thaw                              0.00          │",
      "  INIT     inside the invocation    0.00   50.00  ━━━━━━━━━━━━━━━",
      "    one      start → ✗ exit 7       0.00   50.00  ━━━━━━━━━━━━━━━",
      "  ✗        Extension.Crash         50.00                         │",
      "SHUTDOWN  reset after a failure   100.00   20.00  ├────────────────────────────┤",
      "  runtime  SIGTERM → terminated   100.00   10.00  ━━━━━━━━━━━━━━━",
      "  two      SHUTDOWN → exit 0      110.00   10.00                 ━━━━━━━━━━━━━━━",
      "Each phase has its own scale.",
    ]);
  });

  it.each([undefined, 80, 81, 100, 140, 400, 60, 40])("fits %s columns", (columns) => {
    const long = traceOf([
      ...cold.events,
      { kind: "invoke", name: "platform", at: 100, durationMs: 899_999 },
      {
        kind: "extension-invoke",
        name: "an-extension-with-a-name-that-nobody-wants-to-type".repeat(2),
        at: 100,
        durationMs: 899_999,
      },
      { kind: "runtime-shutdown", name: "runtime", at: 900_000, durationMs: 1, text: "signal: trace/breakpoint trap" },
    ]);
    for (const trace of [cold, lost, long]) {
      for (const line of lines(trace, columns)) expect([...line].length).toBeLessThanOrEqual(columns ?? 80);
    }
  });
});

describe("a narrow terminal", () => {
  it("gives its room to the words", () => {
    expect(lines(lost, 52).slice(3, 6)).toEqual([
      "INVOKE                              0.00  100.00",
      "  thaw                              0.00",
      "  INIT     inside the invocation    0.00   50.00",
    ]);
  });
});

describe("an INIT that failed and was made up for", () => {
  it("is not what became of the invocation", () => {
    const saved = traceOf([
      { kind: "init", name: "platform", at: 0, durationMs: 10, phase: "init" },
      { kind: "failure", name: "platform", at: 10, errorType: "Sandbox.Timedout", text: "Task timed out" },
      { kind: "invoke", name: "platform", at: 20, durationMs: 10 },
    ]);
    expect(lines(saved)[0]).toBe("demo $LATEST · success · 30.00 ms in all");
    expect(lines(saved).join("\n")).toContain("✗  Sandbox.Timedout");
  });
});

describe("a trace that cannot be had", () => {
  const told: string[] = [];
  const context = {
    globals: { json: false } as Globals,
    progress: { ...silent, warn: (message: string) => void told.push(message) },
    story: { colors: plain, columns: undefined },
    tell: (text: string) => void told.push(text),
  };
  let written = 0;
  const wish = { onTerminal: true, page: { file: "trace.html", write: async () => void written++ } };

  it("is told of, and takes nothing from the answer", async () => {
    expect(await showTrace(context, wish, async () => undefined)).toBeUndefined();
    const broken = async () => {
      throw new Error("The local endpoint does not answer.");
    };
    expect(await showTrace(context, wish, broken)).toBeUndefined();
    expect(told).toEqual([
      "There is no trace: the local endpoint keeps the latest 100, and forgets them when it ends.",
      "There is no trace: The local endpoint does not answer.",
    ]);
    expect(written).toBe(0);
  });
});

describe("what goes on", () => {
  it("has no length yet", () => {
    const running = traceOf(
      [
        { kind: "invoke", name: "platform", at: 1 },
        { kind: "extension-invoke", name: "one", at: 2 },
      ],
      { status: "running", complete: false, durationMs: 2 },
    );
    expect(lines(running)[0]).toBe("demo $LATEST · running · 2.00 ms in all · not over yet");
    expect(lines(running).at(-2)).toMatch(/^ {2}one {2}INVOKE → next +2\.00 +…$/);
    expect(renderPage(running)).toContain("…");
  });

  it("may have nothing to show at all", () => {
    const nothing = traceOf([], { status: "error", durationMs: 0, coldStart: false });
    expect(lines(nothing)[0]).toBe("demo $LATEST · error · 0.00 ms in all");
    expect(renderPage(nothing)).toContain("<h1>demo</h1>");
  });
});

describe("colours", () => {
  it("say whose a line is, and are all that they add", () => {
    const coloured = renderTimeLine(cold, { colors: new Chalk({ level: 1 }), columns: 80 });
    const launch = coloured.split("\n").find((line) => line.includes("start → register"));
    expect(launch?.startsWith("\u001b[36m  one")).toBe(true);
    const runtime = coloured.split("\n").find((line) => line.includes("start → next"));
    expect(runtime?.startsWith("\u001b[32m")).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours.
    expect(coloured.replace(/\u001b\[\d+m/g, "").split("\n")).toEqual(lines(cold, 80));
  });
});

/** Whatever a name may be: a file of /opt/extensions, a function's error. */
const hostile = "<img src=x onerror=alert(1)>\u001b[31m\u202e'\"&";

describe("names and texts of programs", () => {
  const trace = traceOf(
    [
      { kind: "invoke", name: "platform", at: 0, durationMs: 10 },
      { kind: "extension-invoke", name: hostile, at: 1, durationMs: 5, unfinished: true, text: hostile },
      { kind: "failure", name: "platform", at: 6, errorType: hostile, text: hostile },
    ],
    { functionName: hostile, requestId: hostile, logStream: hostile, status: "error" },
  );

  it("move no cursor", () => {
    const text = lines(trace, 160).join("");
    expect(text).toContain("<img src=x onerror=alert(1)>\ufffd[31m\ufffd'\"&");
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });

  it("are no part of the page's markup", () => {
    const page = renderPage(trace);
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(page.match(/<script|onerror=(?!alert\(1\)&gt;)/g)).toBeNull();
  });
});

describe("the page", () => {
  const page = renderPage(cold);

  it("stands on its own: nothing comes from elsewhere, nothing runs", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page).not.toMatch(/<script|<link|@import|url\(|https?:|src=/);
    expect(page).toContain("prefers-color-scheme: dark");
  });

  it("says all that the time-line says, in tables", () => {
    for (const word of ["PREPARE", "INIT", "INVOKE", "FREEZE", "start → register", "last byte, 2.0 KB", "+2.00"]) {
      expect(page).toContain(word);
    }
    expect(page.match(/<tr class=/g)).toHaveLength(cold.events.length - 5);
    expect(page).toContain('<th scope="row">one</th>');
    // Each element that is opened is closed.
    for (const element of ["table", "tr", "td", "th", "section", "header", "div", "span", "p", "dl", "ul", "details"]) {
      const [opened, closed] = [new RegExp(`<${element}[ >]`, "g"), new RegExp(`</${element}>`, "g")];
      expect([element, page.match(opened)?.length]).toEqual([element, page.match(closed)?.length]);
    }
  });

  it("puts bars where they lie in their phase, and inside of it", () => {
    expect(page).toContain("left:50.000%;width:50.000%");
    for (const [, left, width] of page.matchAll(/left:([\d.]+)%;width:([\d.]+)%/g)) {
      expect(Number(left) + Number(width)).toBeLessThanOrEqual(100.001);
    }
  });
});
