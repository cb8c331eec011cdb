// What progress looks like on a terminal, in a pipe, and with --quiet.
import { Chalk } from "chalk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReporter } from "../../src/cli/reporter.ts";
import { screenAfter } from "../support/screen.ts";

const colors = new Chalk({ level: 0 });

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), written };
}

function reporterOn(target: ReturnType<typeof screen>, flags: { quiet?: boolean; verbose?: boolean } = {}) {
  return createReporter({ screen: target, colors, quiet: false, verbose: false, now: Date.now, ...flags });
}

describe("the reporter", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("in a pipe tells what is done in plain lines, and what takes long every three seconds", () => {
    const pipe = screen(false);
    const task = reporterOn(pipe).start("Compiling");
    vi.advanceTimersByTime(6500);
    task.done("Compiled");
    expect(pipe.written).toEqual(["… Compiling (3 s)\n", "… Compiling (6 s)\n", "✓ Compiled\n"]);
  });

  it("on a terminal shows all that runs on one line, with the seconds, and leaves no remains", () => {
    const terminal = screen(true);
    const reporter = reporterOn(terminal);
    const first = reporter.start("Compiling amd64");
    const second = reporter.start("Compiling arm64");
    vi.advanceTimersByTime(2100);
    expect(terminal.written.at(-1)).toMatch(/Compiling amd64 \(2 s\) · Compiling arm64 \(2 s\)$/);
    first.done("amd64");
    second.done();
    expect(terminal.written.at(-1)).toBe("\r\u001b[2K");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never writes a running line that is wider than the terminal", () => {
    const terminal = screen(true, 40);
    reporterOn(terminal).start("x".repeat(200));
    const visible = (terminal.written.at(-1) ?? "").replace("\r\u001b[2K", "");
    expect(visible.length).toBeLessThan(40);
  });

  it("on a terminal keeps a board below what is said, and leaves no remains", () => {
    const terminal = screen(true);
    const reporter = reporterOn(terminal);
    let count = 0;
    const board = reporter.board?.(({ columns }) => ["head", `row ${count} of ${columns}`]);
    reporter.step("first");
    const task = reporter.start("Compiling");
    count = 7;
    vi.advanceTimersByTime(100);
    const words = () => screenAfter(terminal.written.join(""));
    expect(words()).toEqual(["✓ first", "head", "row 7 of 80", "⠙ Compiling"]);
    reporter.warn("careful");
    task.done("Compiled");
    expect(words()).toEqual(["✓ first", "! careful", "✓ Compiled", "head", "row 7 of 80"]);
    board?.close();
    expect(words()).toEqual(["✓ first", "! careful", "✓ Compiled", ""]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes a board away when it is closed, as on Ctrl-C, from a terminal that has become narrower too", () => {
    const terminal = screen(true, 80);
    const reporter = reporterOn(terminal);
    reporter.board?.(() => ["x".repeat(70), "y".repeat(70)]);
    terminal.columns = 40;
    reporter.close();
    // Four rows of the terminal by now.
    expect(terminal.written.at(-1)).toBe("\r\u001b[3A\u001b[J");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has no board in a pipe, nor with --quiet", () => {
    expect(reporterOn(screen(false)).board).toBeUndefined();
    expect(reporterOn(screen(true), { quiet: true }).board).toBeUndefined();
  });

  it("with --quiet keeps warnings alone", () => {
    const pipe = screen(false);
    const reporter = reporterOn(pipe, { quiet: true, verbose: true });
    reporter.start("a").done("b");
    reporter.step("c");
    reporter.detail("d");
    reporter.warn("the sources are newer");
    expect(pipe.written).toEqual(["! the sources are newer\n"]);
  });

  it("tells details with --verbose alone", () => {
    const pipe = screen(false);
    reporterOn(pipe).detail("hidden");
    reporterOn(pipe, { verbose: true }).detail("shown");
    expect(pipe.written).toEqual(["shown\n"]);
  });
});
