// Sends signals to processes that may be gone by now.

/** To a process, or with a negative number to a whole group; nothing happens where nobody is there. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has ended.
  }
}
