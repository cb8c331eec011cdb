// Level `bwrap`: the bubblewrap command line that makes a place.
import { type PlaceContents, type PlaceStep, planPlace, sandboxUser } from "./place.ts";

/** What bubblewrap can do here; found out by `detectIsolation`. */
export interface BwrapSetup {
  /** bubblewrap's absolute path: the distribution's own, which is the one that AppArmor knows. */
  readonly program: string;
  /** A user namespace: what an ordinary user needs, and root does without where it is forbidden. */
  readonly userNamespace: boolean;
  /** Options for /tmp that older ones lack (`--perms` before 0.5, `--size` before 0.7): /tmp is then private, but as large as memory allows. */
  readonly tmpOptions: readonly ("--size" | "--perms")[];
  /** Root stays root: a language in root's own home would be unreadable for anybody else. */
  readonly asRoot: boolean;
}

/** Everything up to the command that is to run inside. */
export function bwrapCommand(setup: BwrapSetup, contents: PlaceContents): string[] {
  return [
    setup.program,
    ...(setup.userNamespace ? ["--unshare-user"] : []),
    ...(setup.userNamespace && !setup.asRoot
      ? ["--uid", String(sandboxUser.uid), "--gid", String(sandboxUser.gid)]
      : []),
    // Root's own rights go as far as making what is read-only writable.
    ...(setup.asRoot ? ["--cap-drop", "CAP_SYS_ADMIN"] : []),
    ...["--unshare-pid", "--die-with-parent"],
    ...["--tmpfs", "/"],
    ...planPlace(contents).flatMap((step) => argumentsOf(step, setup)),
    ...["--dev", "/dev", "--proc", "/proc"],
    ...["--remount-ro", "/"],
    ...["--chdir", "/"],
  ];
}

/** Everything up to a command that is to have nothing but a network of its own; `bwrapCommand` works in that network too. */
export function bwrapNetworkCommand({ program, userNamespace }: BwrapSetup): string[] {
  return [
    ...[program, ...(userNamespace ? ["--unshare-user"] : []), "--unshare-net", "--die-with-parent"],
    // For the endpoint and for forwarded ports below 1024.
    ...["--cap-add", "CAP_NET_BIND_SERVICE"],
    // Everything as it is: nothing is mounted over it, so that no mount point is ever made on this machine.
    ...["--dev-bind", "/", "/"],
  ];
}

function argumentsOf(step: PlaceStep, { tmpOptions }: BwrapSetup): string[] {
  switch (step.kind) {
    case "bind":
      return [step.optional ? "--ro-bind-try" : "--ro-bind", step.source, step.path];
    case "link":
      return ["--symlink", step.target, step.path];
    case "folder":
      return ["--dir", step.path];
    case "tmp":
      return [
        ...(tmpOptions.includes("--size") ? ["--size", String(step.megabytes * 1024 * 1024)] : []),
        ...(tmpOptions.includes("--perms") ? ["--perms", "1777"] : []),
        ...["--tmpfs", step.path],
      ];
  }
}
