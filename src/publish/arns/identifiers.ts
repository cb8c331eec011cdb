// Names of layers as the identifiers of other languages, each another one.

/** `my-layer` → `my_layer`, which Terraform takes. */
export function snakeCase(name: string): string {
  const words = wordsOf(name).join("_").toLowerCase();
  return /^[a-z]/.test(words) ? words : `layer_${words}`;
}

/** `my-layer` → `MyLayer`: letters and digits alone, which is all that CloudFormation takes. */
export function pascalCase(name: string): string {
  const words = wordsOf(name).map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  const joined = words.join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Layer${joined}`;
}

/** `my-layer` → `myLayer`. */
export function camelCase(name: string): string {
  const joined = pascalCase(name);
  return `${joined[0]?.toLowerCase()}${joined.slice(1)}`;
}

/** Makes identifiers with this function; where two names give the same one, the second gets a number. */
export function distinct(names: readonly string[], make: (name: string) => string): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const wanted = make(name);
    let found = wanted;
    for (let next = 2; taken.has(found); next++) found = `${wanted}${next}`;
    taken.add(found);
    return found;
  });
}

function wordsOf(name: string): string[] {
  return name.split(/[-_]+/).filter((word) => word !== "");
}
