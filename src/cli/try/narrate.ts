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

/** The result's lines below the command, the time before the first. */
export function describeResult({ seconds, text }: StepResult, colors: ChalkInstance): string {
  const [first = "", ...rest] = text.replace(/\n+$/, "").split("\n");
  const time = colors.dim(`${formatSeconds(seconds)} `);
  return [`    ${colors.green("✓")} ${time} ${first}`, ...rest.map((line) => `      ${line}`)].join("\n");
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
