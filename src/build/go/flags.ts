// Which of a user's GOFLAGS would make other bytes than the same build elsewhere.

/** Flags of `go build` that change what is compiled or linked; `-trimpath`, `-buildvcs` and the linker's are on our own command line. */
const changing = new Set(
  "asan asmflags buildmode compiler cover covermode coverpkg gccgoflags gcflags installsuffix json ldflags linkshared modfile msan n overlay pgo race tags toolexec".split(
    " ",
  ),
);

/** The flags in a GOFLAGS value that a reproducible build must refuse, as they were written. */
export function bytesChangingFlags(goflags: string): string[] {
  return splitFlags(goflags).filter((flag) => changing.has(flag.replace(/^--?/, "").replace(/=.*$/s, "")));
}

/** Go's own rule: separated by spaces, an item that begins with a quote goes on to the next quote of that kind. */
function splitFlags(goflags: string): string[] {
  return [...goflags.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}
