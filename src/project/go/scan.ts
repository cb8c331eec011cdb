// Reads as much of a Go file as is needed to tell what it is: its package, its build constraint, its imports, its strings.

/** One Go file. */
export interface GoFile {
  readonly packageName: string;
  /** The expression of `//go:build`, where there is one. */
  readonly constraint: string | undefined;
  readonly imports: readonly string[];
  /** Without comments; strings are left as they are. */
  readonly code: string;
}

/** Reads a file's text; undefined where it has no package clause. */
export function scanGoFile(text: string): GoFile | undefined {
  const code = withoutComments(text);
  const packageClause = /^\s*package\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(code);
  if (!packageClause?.[1]) return undefined;
  // The constraint stands before the package clause, on a line of its own.
  const head = text.slice(0, text.search(/^\s*package\s/m));
  const constraint = /^\/\/go:build[ \t]+(.+?)\s*$/m.exec(head)?.[1];
  return { packageName: packageClause[1], constraint, imports: importsOf(code), code };
}

/** Whether the code declares `func main()`. */
export function declaresMain(file: GoFile): boolean {
  return file.packageName === "main" && /^func\s+main\s*\(\s*\)/m.test(file.code);
}

/** What stands between quotes in a Go string literal, its escapes undone as far as names need it. */
export function unquote(literal: string): string {
  if (literal.startsWith("`")) return literal.slice(1, -1);
  return literal.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

/** Strings, runes and comments: whichever begins first decides what the rest is. */
const tokens = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

function withoutComments(text: string): string {
  return text.replace(tokens, (token) => {
    if (token.startsWith("//")) return "";
    // Newlines count in Go: they end statements.
    return token.startsWith("/*") ? token.replace(/[^\n]/g, "") || " " : token;
  });
}

function importsOf(code: string): string[] {
  const found: string[] = [];
  for (const [, block, single] of code.matchAll(/^import\s*(?:\(([^)]*)\)|(?:[\w.]+\s+)?("[^"]+"|`[^`]+`))/gm)) {
    for (const [literal] of (block ?? single ?? "").matchAll(/"[^"\n]+"|`[^`]+`/g)) found.push(unquote(literal));
  }
  return found;
}
