// Runs the bundle that ships on a terminal of 80 columns, where it asks questions; Python has the terminal.
import { execa } from "execa";
import { bin } from "./run-cli.ts";
import { findTool } from "./tools.ts";

/** The program in the terminal, with all that stood there. */
export interface TerminalResult {
  readonly code: number | null;
  /** Lines as they were printed, colours taken away. */
  readonly screen: string;
}

const python = `
import fcntl, os, pty, select, struct, sys, termios
columns, question, answer = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[4], sys.argv[4:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
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
  readonly question: string;
  readonly answer: string;
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
}

/** Runs `lambda-ext` with these arguments. */
export async function runOnTerminal(
  args: readonly string[],
  { question, answer, cwd, env }: Conversation,
): Promise<TerminalResult> {
  const program = findTool("python3") ?? "python3";
  const command = ["80", question, answer, process.execPath, bin, ...args];
  const { exitCode, stdout } = await execa(program, ["-c", python, ...command], {
    cwd,
    env: { ...env, NO_COLOR: "1", TERM: "xterm", CI: undefined },
    reject: false,
    input: "",
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's own.
  const plain = stdout.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r\n", "\n");
  // What was written over is gone.
  const screen = plain
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").split("\r").at(-1))
    .join("\n");
  return { code: exitCode ?? null, screen };
}
