// Turns go's words into an error with advice.
import { toolError } from "../../model/errors.ts";

/** A build that failed. */
export interface GoFailure {
  /** What was being built, as words: `./cmd/x in /path for amd64`. */
  readonly what: string;
  /** The module's folder, for commands that mend it. */
  readonly directory: string;
  /** Go's standard error, without the lines that only tell progress. */
  readonly output: string;
}

interface Kind {
  readonly pattern: RegExp;
  readonly code: string;
  readonly hint: (directory: string) => string;
}

/** In this order: the first that fits decides. */
const kinds: readonly Kind[] = [
  {
    pattern:
      /requires go >= |toolchain not available|note: module requires Go|unknown directive: toolchain|invalid go version '/,
    code: "GoTooOld",
    hint: () =>
      "Install a newer Go from https://go.dev/dl, or let Go fetch the one that go.mod names: GOTOOLCHAIN=auto.",
  },
  {
    pattern:
      /module lookup disabled by GOPROXY=off|dial tcp|no such host|connection refused|i\/o timeout|TLS handshake timeout|network is unreachable/,
    code: "NoNetwork",
    hint: (directory) =>
      `Go's module cache does not hold all that the program needs, and it cannot be fetched. Connect to the network, point GOPROXY at a proxy that can be reached, or carry the modules along: go mod vendor (in ${directory}).`,
  },
  {
    pattern: /missing go\.sum entry|updates to go\.(mod|sum) needed|inconsistent vendoring/,
    code: "MissingGoSum",
    hint: (directory) =>
      `Run \`go mod tidy\` in ${directory} (and \`go mod vendor\` where there is a vendor folder), then build again.`,
  },
  {
    pattern: /no required module provides package|cannot find module providing package|is not in std/,
    code: "MissingModule",
    hint: (directory) => `If the import is right, \`go mod tidy\` in ${directory} adds the module to go.mod.`,
  },
  {
    pattern:
      /could not read Username|Permission denied \(publickey|: reading https?:\/\/\S+: \d{3} |404 Not Found|410 Gone|unrecognized import path/,
    code: "ModuleUnavailable",
    hint: () =>
      "Look at the module's name and version, and at GOPROXY. For a private module set GOPRIVATE (also possible in build.environment) and give git its credentials.",
  },
  {
    pattern: /build constraints exclude all Go files/,
    code: "CompileError",
    hint: () =>
      "It is built for Linux without cgo (CGO_ENABLED=0), so that it runs in every runtime: use a package in pure Go.",
  },
];

/** The error for a failed build: its code and hint by what go said, go's own words in its message. */
export function describeGoFailure({ what, directory, output }: GoFailure): Error {
  const kind = kinds.find(({ pattern }) => pattern.test(output));
  return toolError(`Go could not build ${what}:\n${output || "it ended without a word."}`, {
    code: kind?.code ?? (/^# /m.test(output) ? "CompileError" : "GoFailed"),
    hint: kind?.hint(directory),
  });
}
