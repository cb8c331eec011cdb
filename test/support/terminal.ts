// Runs the bundle that ships on a terminal of 80 columns, where it asks questions; Python has the terminal.
import { execa } from "execa";
import { bin } from "./run-cli.ts";
import { screenAfter } from "./screen.ts";
import { findTool } from "./tools.ts";

/** The program in the terminal, with all that stood there. */
export interface TerminalResult {
  readonly code: number | null;
  /** What stands there in the end, however long the lines are. */
  readonly screen: string;
  /** All that was written, as it was. */
  readonly raw: string;
}

const python = `
import fcntl, os, pty, select, struct, sys, termios
columns, rows, question, answer = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[5], sys.argv[5:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
said, asked = b"", False
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    said += chunk
    if question in said and not asked:
        asked = True
        os.write(terminal, answer)
sys.stdout.buffer.write(said)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`;

/** What is typed, once the question stands there. */
interface Conversation {
  readonly question?: string;
  readonly answer?: string;
  /** 40 without. */
  readonly rows?: number;
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
}

/** Runs `lambda-ext` with these arguments. */
export async function runOnTerminal(
  args: readonly string[],
  { question = "(nothing is asked)", answer = "", rows = 40, cwd, env }: Conversation,
): Promise<TerminalResult> {
  const program = findTool("python3") ?? "python3";
  const command = ["80", `${rows}`, question, answer, process.execPath, bin, ...args];
  const { exitCode, stdout } = await execa(program, ["-c", python, ...command], {
    cwd,
    env: { NO_COLOR: "1", ...env, TERM: "xterm", CI: undefined },
    reject: false,
    input: "",
  });
  const screen = screenAfter(stdout).join("\n");
  return { code: exitCode ?? null, screen, raw: stdout };
}
