// What a row expects, as data: a value that must be equal, in objects only where it says something, or one of the words below.

/** A pattern. Objects match what has at least their keys; arrays match element by element. */
export type Pattern =
  | string
  | number
  | boolean
  | null
  /** A text that a regular expression finds. */
  | { readonly $like: string }
  | { readonly $unlike: string }
  /** A text that is JSON. */
  | { readonly $json: Pattern }
  /** A text that is JSON: exactly this, no key more. */
  | { readonly $exactly: unknown }
  | { readonly $absent: true }
  | { readonly $between: readonly [number, number] }
  /** A list with these among its elements, in any order. */
  | { readonly $has: readonly Pattern[] }
  /** A list with these among its elements, in this order. */
  | { readonly $order: readonly Pattern[] }
  /** A list without such elements. */
  | { readonly $lacks: Pattern }
  /** A list with so many such elements. */
  | { readonly $count: readonly [number, Pattern] }
  /** A list with fewer, or more, than so many such elements. */
  | { readonly $fewer: readonly [number, Pattern] }
  | { readonly $more: readonly [number, Pattern] }
  /** Such elements only, and at least one. */
  | { readonly $each: Pattern }
  /** All of these. */
  | { readonly $all: readonly Pattern[] }
  | { readonly $any: readonly Pattern[] }
  /** An object's keys, sorted. */
  | { readonly $keys: Pattern }
  | readonly Pattern[]
  | { readonly [key: string]: Pattern };

/** What is wrong; undefined where nothing is. */
export function mismatch(actual: unknown, pattern: Pattern, path = ""): string | undefined {
  const at = path === "" ? "" : `${path}: `;
  if (Array.isArray(pattern)) return mismatchOfList(actual, pattern, path);
  if (typeof pattern !== "object" || pattern === null) {
    return actual === pattern ? undefined : `${at}${show(actual)} is not ${show(pattern)}`;
  }
  const [[word, argument] = []] = Object.entries(pattern);
  if (word?.startsWith("$")) {
    const check = words[word];
    if (!check) throw new Error(`no pattern ${word}`);
    return check(actual, argument, path);
  }
  if (typeof actual !== "object" || actual === null) return `${at}${show(actual)} is no object`;
  for (const [key, inner] of Object.entries(pattern as Readonly<Record<string, Pattern>>)) {
    const wrong = mismatch((actual as Record<string, unknown>)[key], inner, `${path}.${key}`);
    if (wrong) return wrong;
  }
  return undefined;
}

type Check = (actual: unknown, argument: never, path: string) => string | undefined;

const words: Readonly<Record<string, (actual: unknown, argument: unknown, path: string) => string | undefined>> =
  Object.fromEntries(
    Object.entries<Check>({
      $like: (actual, source: string, path) =>
        typeof actual === "string" && new RegExp(source).test(actual)
          ? undefined
          : `${path}: ${show(actual)} is not like ${source}`,
      $unlike: (actual, source: string, path) =>
        typeof actual === "string" && !new RegExp(source).test(actual)
          ? undefined
          : `${path}: ${show(actual)} is like ${source}`,
      $json(actual, inner: Pattern, path) {
        const document = parse(actual);
        return document === undefined
          ? `${path}: ${show(actual)} is no JSON`
          : mismatch(document, inner, `${path}.json`);
      },
      $exactly(actual, wanted: unknown, path) {
        const document = parse(actual);
        return JSON.stringify(document) === JSON.stringify(wanted)
          ? undefined
          : `${path}: ${show(actual)} is not exactly ${JSON.stringify(wanted)}`;
      },
      $absent: (actual, _: true, path) => (actual === undefined ? undefined : `${path}: ${show(actual)} is there`),
      $between: (actual, [least, most]: readonly [number, number], path) =>
        typeof actual === "number" && actual >= least && actual <= most
          ? undefined
          : `${path}: ${show(actual)} is not between ${least} and ${most}`,
      $has(actual, wanted: readonly Pattern[], path) {
        const list = listOf(actual);
        const missing = wanted.find((inner) => !list.some((element: unknown) => !mismatch(element, inner)));
        return missing === undefined ? undefined : `${path}: no ${show(missing)} in ${show(actual)}`;
      },
      $order(actual, wanted: readonly Pattern[], path) {
        let from = 0;
        for (const inner of wanted) {
          const found = listOf(actual).findIndex((element, index) => index >= from && !mismatch(element, inner));
          if (found < 0) return `${path}: no ${show(inner)} from ${from} on in ${show(actual)}`;
          from = found + 1;
        }
        return undefined;
      },
      $lacks(actual, unwanted: Pattern, path) {
        if (!Array.isArray(actual)) return `${path}: ${show(actual)} is no list`;
        const found = actual.find((element) => !mismatch(element, unwanted));
        return found === undefined ? undefined : `${path}: ${show(found)} is there`;
      },
      $count(actual, [count, inner]: readonly [number, Pattern], path) {
        const found = listOf(actual).filter((element) => !mismatch(element, inner)).length;
        return found === count ? undefined : `${path}: ${found}, not ${count}, of ${show(inner)} in ${show(actual)}`;
      },
      $fewer(actual, [most, inner]: readonly [number, Pattern], path) {
        const found = listOf(actual).filter((element) => !mismatch(element, inner)).length;
        return found < most ? undefined : `${path}: ${found} of ${show(inner)}`;
      },
      $more(actual, [least, inner]: readonly [number, Pattern], path) {
        const found = listOf(actual).filter((element) => !mismatch(element, inner)).length;
        return found > least ? undefined : `${path}: ${found} of ${show(inner)} in ${show(actual)}`;
      },
      $each(actual, inner: Pattern, path) {
        const list = listOf(actual);
        if (list.length === 0) return `${path}: nothing in ${show(actual)}`;
        return list.map((element, index) => mismatch(element, inner, `${path}[${index}]`)).find(Boolean);
      },
      $all: (actual, all: readonly Pattern[], path) => all.map((inner) => mismatch(actual, inner, path)).find(Boolean),
      $any(actual, any: readonly Pattern[], path) {
        const wrongs = any.map((inner) => mismatch(actual, inner, path));
        return wrongs.some((wrong) => !wrong) ? undefined : wrongs.join("; ");
      },
      $keys: (actual, inner: Pattern, path) =>
        mismatch(Object.keys((actual as object | undefined) ?? {}).sort(), inner, `${path}.keys`),
    }),
  ) as never;

function mismatchOfList(actual: unknown, pattern: readonly Pattern[], path: string): string | undefined {
  if (!Array.isArray(actual)) return `${path}: ${show(actual)} is no list`;
  for (const [index, inner] of pattern.entries()) {
    const wrong = mismatch(actual[index], inner, `${path}[${index}]`);
    if (wrong) return wrong;
  }
  return actual.length === pattern.length ? undefined : `${path}: ${show(actual)} has not ${pattern.length} elements`;
}

function listOf(actual: unknown): readonly unknown[] {
  return Array.isArray(actual) ? actual : [];
}

function parse(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 3000 ? `${text.slice(0, 3000)}…` : text;
}
