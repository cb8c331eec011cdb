// Without isolation Lambda's own folders and names are not there: says so when a program has just complained of it.

/** What programs and systems say of a file, a folder or a host that is not there. */
const complaint =
  /no such file|not found|cannot find|can't open|no such host|ENOENT|ENOTFOUND|name or service not known/i;
/** Lambda's own. The machine's folders, in which layers lie here, don't begin so. */
const place = /(?<![\w./-])(?:\/opt|\/var\/task|\/var\/runtime)\/[\w./-]*|\bsandbox(?:\.localdomain)?\b(?![\w./-])/;

/** What to tell about a line of a process's; undefined where it complains of nothing of the kind. */
export function missingPlaceHint(line: string): string | undefined {
  const [found] = (complaint.test(line) && place.exec(line)) || [];
  if (found === undefined) return undefined;
  return (
    `a program looked for ${found} in vain: without isolation there is no /opt, /var/task or sandbox.localdomain. ` +
    "`lambda-ext doctor` says how to have them."
  );
}
