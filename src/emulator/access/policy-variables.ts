// The variables in policies, e.g. `${aws:username}`.

/** The pattern with what its variables stand for; undefined where that is not known of one of them, and it has no default. */
export function fillIn(pattern: string, context: Readonly<Record<string, string>>): string | undefined {
  let unknown = false;
  const filled = pattern.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    const [, name = "", standard] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inside) ?? [];
    const value = context[name.toLowerCase()] ?? standard;
    unknown ||= value === undefined;
    return value ?? "";
  });
  return unknown ? undefined : filled;
}
