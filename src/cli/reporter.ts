// Progress on stderr: a spinner on a terminal, plain lines elsewhere, nothing with --quiet.
import type { ChalkInstance } from "chalk";
import type { Progress, Task } from "../model/progress.ts";
import { createFoot, type FootScreen, type OpenBoard } from "./board.ts";

/** The part of a stream that the reporter needs. */
export interface Screen extends FootScreen {
  readonly isTTY?: boolean | undefined;
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
  /** Absent where nothing can move. */
  readonly board?: OpenBoard | undefined;
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
  const boards = new Set<Parameters<OpenBoard>[0]>();
  const foot = createFoot(screen);
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const line = (text: string) => {
    if (live) foot.draw(lines(), `${text}\n`);
    else screen.write(`${text}\n`);
  };

  function lines(): string[] {
    return [...[...boards].flatMap((draw) => draw(foot.size)), ...spinner()];
  }

  function spinner(): string[] {
    if (running.size === 0) return [];
    const parts = [...running.values()].map(({ message, since }) => {
      const seconds = Math.floor((options.now() - since) / 1000);
      return seconds >= 2 ? `${message} (${seconds} s)` : message;
    });
    const width = foot.size.columns - 3;
    const words = parts.join(" · ");
    const shown = words.length > width ? `${words.slice(0, width - 1)}…` : words;
    return [`${colors.cyan(frames[frame % frames.length] ?? "")} ${shown}`];
  }

  function draw() {
    if (live) foot.draw(lines());
  }

  function tick() {
    timer ??= setInterval(() => {
      frame++;
      draw();
    }, frameMilliseconds).unref();
  }

  function rest() {
    if (running.size + boards.size > 0) return;
    clearInterval(timer);
    timer = undefined;
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
          if (!running.delete(task)) return;
          rest();
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
    ...(live && {
      board(draws) {
        boards.add(draws);
        tick();
        draw();
        return {
          close() {
            boards.delete(draws);
            rest();
            draw();
          },
        };
      },
    }),
    close() {
      boards.clear();
      for (const task of [...running.keys()]) task.done();
      rest();
      draw();
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
