// How the tour looks: each step as it would be typed, its result and time below.
import type { ChalkInstance } from "chalk";

/** What a step gave. */
export interface StepResult {
  readonly seconds: number;
  readonly text: string;
}

/** `3  Build it` and the command line below. */
export function describeStep(number: number, title: string, argv: readonly string[], colors: ChalkInstance): string {
  return `${colors.bold(`${`${number}`.padStart(2)}  ${title}`)}\n    ${colors.cyan(`$ ${commandLine(argv)}`)}`;
}

/** The time that a step took, and its result: beside it where that is one line, else below it. */
export function describeResult({ seconds, text }: StepResult, colors: ChalkInstance): string {
  // What comes after a blank line is advice for somebody who has typed the command.
  const lines = (text.split(/\n\s*\n/)[0] ?? "").trimEnd().split("\n");
  const time = `    ${colors.green("✓")} ${colors.dim(formatSeconds(seconds))}`;
  if (lines.length === 1) return `${time}  ${lines[0]}`;
  return [time, ...lines.map((line) => `      ${line}`)].join("\n");
}

/** Seconds as a person reads them: `0.04 s`, `2.3 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds < 1 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}

/** A command line that a POSIX shell reads back as these arguments. */
export function commandLine(argv: readonly string[]): string {
  return ["lambda-ext", ...argv].map(quote).join(" ");
}

function quote(argument: string): string {
  if (/^[A-Za-z0-9_./:=,@%+-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
