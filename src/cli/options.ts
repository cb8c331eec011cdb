// Readers for flags that several commands share.
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { type Architecture, architectures, parseArchitecture } from "../model/architecture.ts";
import { type BuildSize, buildSizes } from "../model/artifact.ts";
import { usageError } from "../model/errors.ts";

/** `--arch`, read to AWS's names; `all` is both. */
export function archOption(description: string) {
  return new Option("--arch <arch>", description).argParser(parseArchitectures);
}

/** Reads an architecture or `all`. */
function parseArchitectures(text: string): readonly Architecture[] {
  if (text === "all") return architectures;
  const architecture = parseArchitecture(text);
  if (!architecture) throw new InvalidArgumentError("It is amd64 (x86_64), arm64 or all.");
  return [architecture];
}

/** `--size`, for commands that build. */
export function sizeOption(condition = "") {
  const meaning = "min makes the smallest zips: packed more slowly, Go compiled without inlining, all else as it is";
  const otherwise = "(default: build.size in the configuration, else default)";
  return new Option("--size <size>", `${condition}default or min; ${meaning} ${otherwise}`).argParser(parseSize);
}

function parseSize(text: string): BuildSize {
  const size = buildSizes.find((each) => each === text);
  if (!size) throw new InvalidArgumentError(`It is ${buildSizes.join(" or ")}.`);
  return size;
}

/** Collects a flag that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Collects `KEY=VALUE`; the value may hold further equals signs, or be empty. */
export function collectVariable(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const cut = text.indexOf("=");
  // commander would repeat the text, and it may be a secret that was given in the wrong place.
  if (cut < 1) {
    throw usageError("What --env was given is no variable.", {
      code: "InvalidVariable",
      hint: "Write NAME=VALUE, e.g. --env LOG_LEVEL=debug; once more for each further variable.",
    });
  }
  return { ...previous, [text.slice(0, cut)]: text.slice(cut + 1) };
}

/** Reads a whole number of at least `least`. */
export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`It is a whole number from ${least}.`);
    return value;
  };
}

/** Reads one architecture. */
export function parseOneArchitecture(text: string): Architecture {
  const architecture = parseArchitecture(text);
  if (!architecture) throw new InvalidArgumentError("It is amd64 (x86_64) or arm64.");
  return architecture;
}

/** Collects `a,b`, and the same flag given again. */
export function collectList(text: string, previous: readonly string[] = []): readonly string[] {
  const words = text.split(",").map((word) => word.trim());
  return [...previous, ...words.filter((word) => word !== "")];
}
