// Whether Go would compile a file for Lambda: build constraints and file names.

/** Of those that are set for Linux builds by the gc compiler; architectures are both ours. */
const alwaysSet = new Set(["linux", "unix", "gc"]);
const architectures = new Set(["amd64", "arm64"]);
const knownSystems = new Set(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos".split(
    " ",
  ),
);
const knownArchitectures = new Set(
  "386 amd64 amd64p32 arm arm64 armbe arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm".split(
    " ",
  ),
);

/** Whether a file of this name may be part of a Linux build for amd64 or arm64. */
export function nameFits(fileName: string): boolean {
  if (!fileName.endsWith(".go") || fileName.endsWith("_test.go") || /^[._]/.test(fileName)) return false;
  // Only what follows the first underscore is a constraint: linux.go is for every system.
  const parts = fileName.slice(0, -".go".length).split("_").slice(1);
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2) ?? "";
  if (knownArchitectures.has(last)) {
    return architectures.has(last) && (!knownSystems.has(before) || before === "linux");
  }
  return !knownSystems.has(last) || last === "linux";
}

/** Whether a `//go:build` expression holds for Linux on amd64 or arm64, with these further tags. */
export function constraintHolds(expression: string, tags: readonly string[]): boolean {
  return [...architectures].some((architecture) => {
    const set = new Set([...alwaysSet, ...tags, architecture]);
    return evaluate(expression, (tag) => set.has(tag) || /^go1\.\d+$/.test(tag));
  });
}

function evaluate(expression: string, isSet: (tag: string) => boolean): boolean {
  const words = expression.match(/\(|\)|&&|\|\||!|[\p{L}\p{N}_.]+/gu) ?? [];
  let at = 0;
  const or = (): boolean => {
    let value = and();
    while (words[at] === "||") {
      at++;
      // Both sides are read, whatever the first one is.
      const right = and();
      value = value || right;
    }
    return value;
  };
  const and = (): boolean => {
    let value = not();
    while (words[at] === "&&") {
      at++;
      const right = not();
      value = value && right;
    }
    return value;
  };
  const not = (): boolean => {
    const word = words[at++];
    if (word === "!") return !not();
    if (word === "(") {
      const value = or();
      at++;
      return value;
    }
    return word !== undefined && isSet(word);
  };
  return or();
}
