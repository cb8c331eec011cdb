// Sizes for people.

/** `812 B`, `2.64 MB`: decimal, as zip sizes are told by AWS's console and by `ls -h --si`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(2)} MB`;
}
