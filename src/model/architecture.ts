// The two architectures of Lambda, under AWS's names and Go's.

export const architectures = ["x86_64", "arm64"] as const;

/** An instruction set under AWS's name. */
export type Architecture = (typeof architectures)[number];

/** The same under Go's name (`GOARCH`). */
export type Goarch = "amd64" | "arm64";

/** Go's name for an architecture. */
export function goarchOf(architecture: Architecture): Goarch {
  return architecture === "x86_64" ? "amd64" : "arm64";
}

/** Reads either name, in any case; undefined where the text names no architecture of Lambda. */
export function parseArchitecture(text: string): Architecture | undefined {
  switch (text.toLowerCase()) {
    case "x86_64":
    case "x86-64":
    case "amd64":
      return "x86_64";
    case "arm64":
    case "aarch64":
      return "arm64";
    default:
      return undefined;
  }
}
