// Whether processes have ports open that others in their network could want too.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** proc(5): TCP sockets that listen, UDP sockets that are bound. */
const tables = { tcp: "0A", tcp6: "0A", udp: "07", udp6: "07" } as const;

/** Whether one of these processes listens (on this port), in whichever network it lives; true also where that can't be seen. */
export function haveOpenPorts(pids: readonly number[], port?: number): boolean {
  const [first] = pids;
  if (first === undefined) return false;
  try {
    const open = openSockets(first, port);
    return pids.some((pid) => socketsOf(pid).some((socket) => open.has(socket)));
  } catch {
    return true;
  }
}

/** The inodes of all sockets with an open port (with this one) in a process's network. */
function openSockets(pid: number, port?: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [table, state] of Object.entries(tables)) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)) {
      const [, local = "", , actual, , , , , , inode] = line.trim().split(/\s+/);
      // 0100007F:1F90
      if (port !== undefined && Number.parseInt(local.split(":")[1] ?? "", 16) !== port) continue;
      if (actual === state && inode !== undefined) found.add(inode);
    }
  }
  return found;
}

/** The inodes of a process's sockets; none where it is gone. */
function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return whereStillThere(() => readdirSync(folder), []).flatMap((name) => {
    const target = whereStillThere(() => readlinkSync(`${folder}/${name}`), "");
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

function whereStillThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    // ESRCH: it ended between the list of its files and the look at one.
    const gone = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
    if (gone) return otherwise;
    throw error;
  }
}
