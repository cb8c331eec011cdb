// Makes the trace of an invocation out of what was noted: times become milliseconds since its beginning.
import { type InvocationTrace, momentaryKinds, type TraceEvent, type TraceKind } from "../../model/invocation-trace.ts";
import type { Note, TraceRecorder } from "./recorder.ts";

/** The trace as far as it has come. */
export function readTrace(recorder: TraceRecorder): InvocationTrace {
  const { received, requestId, functionName, version, logStream, coldStart, status, complete } = recorder;
  const failed = recorder.notes.find(({ kind, from }) => kind === "failure" && from >= (recorder.progress?.given ?? 0));
  const notes = [...recorder.notes, ...runtimeNotes(recorder, failed?.from)].sort((a, b) => a.from - b.from);
  const events = notes.map((note) => eventOf(note, recorder));
  const ends = notes.map(({ from, to = from }) => to - received);
  return {
    ...{ requestId, functionName, version, startedAt: new Date(recorder.receivedAt).toISOString() },
    ...(logStream === undefined ? {} : { logStream }),
    ...{ coldStart, status, complete, durationMs: round(Math.max(0, ...ends)), events },
  };
}

function eventOf({ kind, name, from, to, ...details }: ReadNote, { received, progress }: TraceRecorder): TraceEvent {
  const waited = kind === "extension-invoke" && !details.unfinished && to !== undefined && progress?.done !== undefined;
  return {
    ...{ kind, name, at: round(from - received) },
    ...(to === undefined || momentaryKinds.has(kind) ? {} : { durationMs: round(to - from) }),
    ...(waited ? { afterRuntimeMs: round(Math.max(0, (to ?? 0) - (progress?.done ?? 0))) } : {}),
    ...details,
  };
}

type ReadNote = Note & { readonly bytes?: number };

/** What the runtime did with its event; where it stopped on the way, until `givenUp`. */
function runtimeNotes({ progress }: TraceRecorder, givenUp: number | undefined): ReadNote[] {
  if (!progress) return [];
  const { given, began, answered, done, producedBytes } = progress;
  const name = "runtime";
  const steps: readonly [TraceKind, number | undefined, number | undefined][] = [
    ["runtime-work", given, began],
    ["runtime-response", began, answered],
    ["runtime-next", answered, done],
  ];
  return steps.flatMap(([kind, from, to]) => {
    if (from === undefined) return [];
    const bytes = kind === "runtime-response" && producedBytes !== undefined ? { bytes: producedBytes } : {};
    if (to !== undefined) return [{ kind, name, from, to, ...bytes }];
    return givenUp === undefined
      ? [{ kind, name, from }]
      : [{ kind, name, from, to: givenUp, unfinished: true, ...bytes }];
  });
}

/** To microseconds. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
