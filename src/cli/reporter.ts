// Progress on stderr: a spinner on a terminal, plain lines elsewhere, nothing with --quiet.
import type { ChalkInstance } from "chalk";
import type { Progress, Task } from "../model/progress.ts";

/** The part of a stream that the reporter needs. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

interface ReporterOptions {
  readonly screen: Screen;
  readonly colors: ChalkInstance;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly now: () => number;
}

/** A Progress that can be ended: nothing moves on the screen afterwards. */
export interface Reporter extends Progress {
  close(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMilliseconds = 80;
/** Without a terminal, what takes longer than this is said to be running; the rest is told when it is done. */
const patienceMilliseconds = 3000;

/** Makes the reporter for one command. */
export function createReporter(options: ReporterOptions): Reporter {
  const { screen, colors, quiet, verbose } = options;
  if (quiet) return quietReporter(screen, colors);
  const live = screen.isTTY === true;
  const running = new Map<Task, { message: string; since: number }>();
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const clear = () => live && running.size > 0 && screen.write("\r\u001b[2K");
  const line = (text: string) => {
    clear();
    screen.write(`${text}\n`);
    draw();
  };

  function draw() {
    if (!live || running.size === 0) return;
    const parts = [...running.values()].map(({ message, since }) => {
      const seconds = Math.floor((options.now() - since) / 1000);
      return seconds >= 2 ? `${message} (${seconds} s)` : message;
    });
    const width = (screen.columns ?? 80) - 3;
    const words = parts.join(" · ");
    const shown = words.length > width ? `${words.slice(0, width - 1)}…` : words;
    screen.write(`\r\u001b[2K${colors.cyan(frames[frame % frames.length] ?? "")} ${shown}`);
  }

  function tick() {
    timer ??= setInterval(() => {
      frame++;
      draw();
    }, frameMilliseconds).unref();
  }

  function stop(task: Task) {
    clear();
    running.delete(task);
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    start(message) {
      let patience: NodeJS.Timeout | undefined;
      const entry = { message, since: options.now() };
      const task: Task = {
        update(next) {
          if (next === entry.message) return;
          entry.message = next;
          draw();
        },
        done(last) {
          clearTimeout(patience);
          if (!running.has(task)) return;
          stop(task);
          if (last === undefined) draw();
          else line(`${colors.green("✓")} ${last}`);
        },
      };
      running.set(task, entry);
      if (live) {
        tick();
        draw();
      } else {
        patience = setInterval(() => {
          const seconds = Math.round((options.now() - entry.since) / 1000);
          screen.write(`… ${entry.message} (${seconds} s)\n`);
        }, patienceMilliseconds).unref();
      }
      return task;
    },
    step: (message) => line(`${colors.green("✓")} ${message}`),
    warn: (message) => line(`${colors.yellow("!")} ${message}`),
    detail: (message) => {
      if (verbose) line(colors.dim(message));
    },
    close() {
      for (const task of [...running.keys()]) task.done();
    },
  };
}

/** `--quiet` silences progress, not warnings: those are about the result. */
function quietReporter(screen: Screen, colors: ChalkInstance): Reporter {
  return {
    start: () => ({ update: () => {}, done: () => {} }),
    step: () => {},
    warn: (message) => screen.write(`${colors.yellow("!")} ${message}\n`),
    detail: () => {},
    close: () => {},
  };
}
