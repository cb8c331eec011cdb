// A terminal as far as our output uses one: what it shows in the end, and what it showed on the way.

/** What stands on a terminal after some output. */
export function screenAfter(output: string): readonly string[] {
  const lines = [""];
  let [x, y] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what sequences begin with.
  for (const [token, argument = "", kind] of output.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|[\s\S]/gu)) {
    if (kind !== undefined) {
      if (kind === "A") y = Math.max(0, y - Number(argument || 1));
      else if (kind === "K") lines[y] = argument === "2" ? "" : (lines[y] ?? "").slice(0, x);
      else if (kind === "J") lines.splice(y, lines.length, (lines[y] ?? "").slice(0, x));
    } else if (token === "\r") x = 0;
    else if (token === "\n") {
      // A terminal's driver adds the carriage return.
      [x, y] = [0, y + 1];
      if (lines.length <= y) lines.push("");
    } else {
      const line = (lines[y] ?? "").padEnd(x);
      lines[y] = `${line.slice(0, x)}${token}${line.slice(x + 1)}`;
      x++;
    }
  }
  return lines;
}
