// Level `namespace`: the command line of util-linux's programs that makes a place, for machines without bubblewrap.
import { makeNamespaceRoot, type NamespaceRoot } from "./namespace-root.ts";
import { type PlaceContents, sandboxUser } from "./place.ts";
import { findSystemProgram } from "./programs.ts";
import { quote } from "./supervisor-script.ts";

/** What it takes; each is a part of util-linux. */
const programNames = ["setpriv", "unshare", "mount", "umount", "pivot_root"] as const;

/** Their absolute paths. */
export type NamespacePrograms = Readonly<Record<(typeof programNames)[number], string>>;

/** What these programs can do here; found out by `detectIsolation`. */
export interface NamespaceSetup {
  readonly programs: NamespacePrograms;
  /** A user namespace: what an ordinary user needs, and root does without where it is forbidden. */
  readonly userNamespace: boolean;
  /**
   * Another user namespace inside, in which we are Lambda's user and may change no mount; unshare has it since 2.35. Root stays root: a
   * language in root's own home would be unreadable for anybody else.
   */
  readonly sandboxUser: boolean;
}

/** The programs, or the name of one that is not here. */
export function findNamespacePrograms(env: NodeJS.ProcessEnv): NamespacePrograms | { readonly missing: string } {
  const found = programNames.map((name) => [name, findSystemProgram(name, env)] as const);
  const missing = found.find(([, file]) => file === undefined);
  return missing ? { missing: missing[0] } : (Object.fromEntries(found) as NamespacePrograms);
}

/** Everything up to the command that is to run inside; the files that it needs are written to the place's scratch folder. */
export function namespaceCommand(setup: NamespaceSetup, contents: PlaceContents): string[] {
  const { setpriv, unshare } = setup.programs;
  return [
    // It dies with us, and process 1 inside with it, which takes everything along.
    ...[setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--"],
    ...[unshare, ...(setup.userNamespace ? ["--user", "--map-root-user"] : [])],
    // Private: what is mounted inside is never seen outside.
    ...["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--"],
    ...["/bin/sh", "-c", script(setup, makeNamespaceRoot(contents)), "lambda-ext"],
  ];
}

/** Everything up to a command that is to have nothing but a network of its own; `namespaceCommand` works in that network too. */
export function namespaceNetworkCommand({ programs: { setpriv, unshare }, userNamespace }: NamespaceSetup): string[] {
  const script = [
    'command -v ip >/dev/null || { echo "ip of iproute2 is not installed." >&2; exit 1; }',
    'ip link set lo up && exec "$@"',
  ];
  return [
    ...[setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--"],
    ...[unshare, ...(userNamespace ? ["--user", "--map-root-user"] : []), "--net", "--"],
    ...["/bin/sh", "-c", script.join("\n"), "lambda-ext"],
  ];
}

/**
 * Process 1 inside: makes the place, starts in it what its arguments say, and waits, so that what loses its parent has somebody who
 * takes note of its end.
 */
function script({ programs, sandboxUser: asSandboxUser }: NamespaceSetup, root: NamespaceRoot): string {
  const { mount, umount, pivot_root: pivotRoot, unshare, setpriv } = programs;
  const mountAll = (fstab: string) => `${quote(mount)} -a -T ${quote(fstab)}`;
  const { uid, gid } = sandboxUser;
  const enter = asSandboxUser
    ? `${quote(unshare)} --user --map-user=${uid} --map-group=${gid} --`
    : // Root's own rights go as far as making what is read-only writable.
      `${quote(setpriv)} --inh-caps=-sys_admin --bounding-set=-sys_admin --`;
  return [
    // Whoever starts this by hand on the machine itself mounts nothing.
    '[ "$$" = 1 ] || exit 1',
    `${mountAll(root.fstab)} || exit 1`,
    ...(root.readOnlyFstab === undefined ? [] : [`${mountAll(root.readOnlyFstab)} 2>/dev/null`]),
    // The machine's root comes to lie over /tmp for a moment, which saves a folder for it.
    `cd ${quote(root.folder)} && ${quote(pivotRoot)} . tmp && ${quote(umount)} -l /tmp && cd / || exit 1`,
    // A shell gives what it starts in the background an empty input, unless it comes under another number.
    "exec 4<&0",
    `${enter} "$@" <&4 4<&- &`,
    "exec </dev/null 3>&- 4<&-",
    "wait $!",
  ].join("\n");
}
