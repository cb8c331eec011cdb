// A trace as one page for a browser: nothing in it comes from elsewhere, nothing in it runs.
import { type InvocationTrace, momentaryKinds, type TraceEvent } from "../../model/invocation-trace.ts";
import { milliseconds, plain, sectionsOf, summaryOf, type TraceRow, type TraceSection, waitedFor } from "./sections.ts";
import { style } from "./style.ts";

/** The whole page. */
export function renderPage(trace: InvocationTrace): string {
  const sections = sectionsOf(trace);
  const { functionName, requestId, status, durationMs } = trace;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(functionName)}: an invocation of ${milliseconds(durationMs)} ms (${text(status)})</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${text(functionName)}</h1>
<p class="summary ${status === "success" || status === "running" ? "" : "bad"}">${text(summaryOf(trace))}</p>
${facts({ Request: requestId, Taken: trace.startedAt, "Log stream": trace.logStream ?? "none yet" })}
${overview(sections, durationMs)}
${sections.map(section).join("\n")}
<footer>
<ul class="legend">
<li><span class="swatch platform"></span>the platform</li><li><span class="swatch runtime"></span>the runtime</li>
<li><span class="swatch extension"></span>an extension</li><li><span class="swatch failure"></span>came to nothing</li>
</ul>
<p>Times are milliseconds since the endpoint took the invocation. Bars show where something lies in its phase: each phase is its own scale.
“+” is how long the invocation waited for an extension after the runtime was done.</p>
<details><summary>As JSON</summary><pre tabindex="0">${text(JSON.stringify(trace, null, 2))}</pre></details>
</footer>
</main>
</body>
</html>
`;
}

function facts(entries: Readonly<Record<string, string>>): string {
  const rows = Object.entries(entries).map(([name, value]) => `<div><dt>${name}</dt><dd>${text(value)}</dd></div>`);
  return `<dl>${rows.join("")}</dl>`;
}

/** All phases on one scale, for the proportions; the table says the same in numbers. */
function overview(sections: readonly TraceSection[], whole: number): string {
  const parts = sections.filter(({ event }) => event.durationMs !== undefined);
  if (parts.length < 2 || whole <= 0) return "";
  const bars = parts.map(({ title, event }) => {
    const words = `${title}: ${milliseconds(event.durationMs ?? 0)} ms`;
    return `<span class="part ${title.toLowerCase()}" style="${place(event, { at: 0, durationMs: whole })}" title="${text(words)}"><b>${title}</b></span>`;
  });
  return `<div class="overview" aria-hidden="true">${bars.join("")}</div>`;
}

function section({ title, note, event, rows }: TraceSection): string {
  const caption = `<h2>${title}${note ? ` <small>${text(note)}</small>` : ""}</h2>`;
  const when = `<p class="when"><span>at ${milliseconds(event.at)} ms</span>${tookText(event) ? `<span>took <b>${tookText(event)}</b></span>` : ""}</p>`;
  if (rows.length === 0) return `<section><header>${caption}${when}</header></section>`;
  return `<section><header>${caption}${when}</header>
<table>
<thead><tr><th scope="col">Who</th><th scope="col">What</th><th scope="col" class="number">At</th><th scope="col" class="number">Took</th><th scope="col" class="bars" aria-hidden="true"></th></tr></thead>
<tbody>
${rows.map((row) => line(row, event)).join("\n")}
</tbody>
</table></section>`;
}

function line({ depth, actor, what, event, tone }: TraceRow, phase: TraceEvent): string {
  const waited = waitedFor(event);
  const failure = event.kind === "failure" && event.text ? `: ${plain(event.text)}` : "";
  const extra = waited ? ` <span class="waited" title="after the runtime was done">${waited}</span>` : "";
  const bar = `<span class="bar${event.durationMs === undefined ? " moment" : ""}" style="${place(event, phase)}"></span>`;
  return `<tr class="${tone} depth-${depth}"><th scope="row">${text(actor)}</th><td>${text(what + failure)}${extra}</td><td class="number">${milliseconds(event.at)}</td><td class="number">${tookText(event).replace(" ms", "")}</td><td class="bars" aria-hidden="true"><span class="track">${bar}</span></td></tr>`;
}

function tookText({ durationMs, kind }: TraceEvent): string {
  if (durationMs !== undefined) return `${milliseconds(durationMs)} ms`;
  return momentaryKinds.has(kind) ? "" : "…";
}

/** Percentages of the track; the width of what has no duration is the style's business. */
function place({ at, durationMs }: TraceEvent, phase: Pick<TraceEvent, "at" | "durationMs">): string {
  const whole = phase.durationMs ?? 0;
  const share = (time: number) => (whole > 0 ? Math.min(100, Math.max(0, (time / whole) * 100)) : 0);
  const left = share(at - phase.at);
  return `left:${left.toFixed(3)}%;width:${Math.min(100 - left, share(durationMs ?? 0)).toFixed(3)}%`;
}

function text(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
