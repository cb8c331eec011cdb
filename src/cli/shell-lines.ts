// Sets variables in the words of a shell.

/** The shells, and JSON for everything else. */
export const shells = ["sh", "fish", "powershell", "cmd", "json"] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

/** Lines that set these variables and take those away. */
export function shellLines(shell: Shell, set: Readonly<Record<string, string>>, unset: readonly string[]): string {
  if (shell === "json") return JSON.stringify(set, null, 2);
  const [remove, assign] = words[shell];
  return [...unset.map(remove), ...Object.entries(set).map(([name, value]) => assign(name, value))].join("\n");
}

type Words = readonly [remove: (name: string) => string, assign: (name: string, value: string) => string];

const words: Readonly<Record<Exclude<Shell, "json">, Words>> = {
  sh: [(name) => `unset ${name}`, (name, value) => `export ${name}=${quote(value, "'\\''")}`],
  fish: [(name) => `set -e ${name}`, (name, value) => `set -gx ${name} ${quote(value, "\\'")}`],
  powershell: [
    (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
    (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
  ],
  cmd: [(name) => `set "${name}="`, (name, value) => `set "${name}=${value}"`],
};

/** Plain where nothing in it means anything to a shell. */
function quote(value: string, apostrophe: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", apostrophe)}'`;
}
