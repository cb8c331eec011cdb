// What the shell inside a place is told. It reads its commands from its standard input, one after the other, and tells
// about processes on file descriptor 3. POSIX shell only: it is dash on one machine and bash or busybox on another.
import { markVariable } from "./marks.ts";
import { pipesInside } from "./place.ts";
import type { EndSignal, ProcessSpec } from "./sandbox.ts";

/**
 * First of all: nobody inside inherits our mark. setsid, where there is one, makes every process the leader of a group of its own, so
 * that signals reach its children. Monitor mode (`set -m`) would do the same, but dash refuses it without a terminal.
 */
export const prelude = `unset ${markVariable}\nsession=$(command -v setsid)\n`;

/** Stops, or lets go on, everything but this shell. A pipe keeps its order: no answer is needed. */
export const freezeCommand = "kill -STOP -1 2>/dev/null\n";
export const thawCommand = "kill -CONT -1 2>/dev/null\n";

/** Kills everything but this shell, waits until it is gone, says `swept`. */
export const sweepCommand = "kill -CONT -1; kill -KILL -1; while kill -0 -1; do wait; done; echo swept >&3\n";

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Starts a process under a name; says `pid NAME N` as soon as it exists and `exit NAME STATUS` when it has ended. The outer
 * brackets are a process that waits for it: the shell itself must go on reading.
 */
export function startCommand(name: string, spec: ProcessSpec): string {
  const variables = Object.entries(spec.env)
    // Lambda itself admits no other names; a shell couldn't pass them on.
    .filter(([key]) => variableName.test(key))
    .map(([key, value]) => `export ${key}=${quote(value)}\n`);
  return [
    // Opened before the process is told of, so that our own hold on the pipe can then be given up. What the waiting shell itself has
    // to say ("Terminated") belongs in nobody's log.
    `(\nexec </dev/null 2>/dev/null 4>${pipesInside}/${spec.slot}\n(\n`,
    "exec >&4 2>&4 4>&-\n",
    // A shell keeps variables of its own.
    `cd ${quote(spec.cwd)}\nunset PWD OLDPWD SHLVL\n`,
    ...variables,
    `exec $session ${spec.argv.map(quote).join(" ")} 3>&-\n`,
    ") &\n",
    `echo pid ${name} $! >&3\n`,
    "wait $!\n",
    `echo exit ${name} $? >&3\n`,
    ") &\n",
  ].join("");
}

/** To a process's group, or where it has none to the process. */
export function signalCommand(pid: number, signal: EndSignal): string {
  const name = signal.slice("SIG".length);
  return `kill -${name} -${pid} 2>/dev/null || kill -${name} ${pid} 2>/dev/null\n`;
}

/** Says `gone NAME` where there is no such process: who waits for it may have been killed. */
export function goneCommand(name: string, pid: number): string {
  return `kill -0 ${pid} 2>/dev/null || echo gone ${name} >&3\n`;
}

/** One word for the shell, whatever it holds. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
