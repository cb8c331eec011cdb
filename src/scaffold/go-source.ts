// Moves Go source from the module of the templates to a module of its own.

/** The path under which the templates are compiled where they lie. */
const templatesModule = "example.com/templates";

/** Where a file comes from and goes to. */
interface Move {
  /** The template's folder name. */
  readonly template: string;
  /** The new module's path. */
  readonly module: string;
}

/**
 * The source with its imports in the new module. A template's own packages and the shared ones end up side by side, so that imports
 * which were in gofmt's order may no longer be: they are sorted again, line group by line group.
 */
export function moveGoSource(source: string, { template, module }: Move): string {
  const ours = `${module}/`;
  const lines = source
    .replaceAll(`"${templatesModule}/${template}/`, `"${ours}`)
    .replaceAll(`"${templatesModule}/`, `"${ours}`)
    .split("\n");
  return sortRuns(lines, (line) => line.includes(`"${ours}`)).join("\n");
}

/** Sorts each run of consecutive lines that match, by what is between the quotes. */
function sortRuns(lines: readonly string[], matches: (line: string) => boolean): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  const flush = () => {
    sorted.push(...run.sort((a, b) => (quoted(a) < quoted(b) ? -1 : 1)));
    run = [];
  };
  for (const line of lines) {
    if (matches(line)) {
      run.push(line);
    } else {
      flush();
      sorted.push(line);
    }
  }
  flush();
  return sorted;
}

function quoted(line: string): string {
  return line.slice(line.indexOf('"'));
}
