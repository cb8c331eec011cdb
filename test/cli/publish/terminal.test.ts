// The live table on a real terminal: as high and as wide as it may be, gone when all is said, clean after Ctrl-C.
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { screenAfter } from "../../support/screen.ts";
import { runOnTerminal } from "../../support/terminal.ts";
import { missing } from "../../support/tools.ts";
import { localProject } from "./local-project.ts";

const rows = 24;

/** What stood on the screen after each frame. */
function framesOf(raw: string): readonly (readonly string[])[] {
  const ends = [...raw.matchAll(/\r(?=.\[\d+A)/g)].map(({ index }) => index);
  return ends
    .map((end) => screenAfter(raw.slice(0, end)))
    .filter((frame) => frame.some((line) => line.startsWith("  region ")));
}

describe.skipIf(missing("python3") || process.platform === "win32")(
  "publish on a terminal (needs Python)",
  { timeout: 60_000 },
  () => {
    it.each([
      ["colours", { NO_COLOR: undefined, FORCE_COLOR: "1" }],
      ["no colours", { NO_COLOR: "1" }],
    ])("shows where every region is, with %s", async (name, colors) => {
      const project = await localProject({ regions: ["all"] });
      const env = { ...project.env, ...colors };
      const faults = [
        "--fault",
        "op=PublishLayerVersion,latency=250",
        "--fault",
        "op=PublishLayerVersion,region=eu-west-1,kind=error,status=400,code=CodeStorageExceededException",
      ];
      const { code, raw } = await runOnTerminal(["publish", ...faults], {
        rows,
        cwd: project.folder,
        env,
      });
      expect(code).toBe(3);
      expect(raw.includes("\u001b[36m")).toBe(name === "colours");
      const frames = framesOf(raw);
      expect(frames.length).toBeGreaterThan(3);
      for (const frame of frames) {
        const table = frame.slice(frame.findIndex((line) => line.startsWith("  region ")));
        expect(table.length).toBeLessThan(rows);
        for (const line of table) expect(line.length).toBeLessThan(80);
      }
      const seen = frames.map((frame) => frame.join("\n"));
      expect(seen.some((frame) => /region +x86_64 +arm64[\s\S]* us-east-1 +(uploading|\W+ \d+ %)/.test(frame))).toBe(
        true,
      );
      // Whose turn it is not yet waits, and is not said to upload.
      const uploading = seen.map((frame) => frame.match(/uploading| \d+ %/g)?.length ?? 0);
      // Eight at a time, and those whose bytes are there and which are being written down.
      expect(Math.max(...uploading)).toBeLessThan(20);
      expect(seen.some((frame) => /eu-west-1 +✗ CodeStorageExceeded/.test(frame))).toBe(true);
      expect(seen.some((frame) => /and \d+ more regions: .*\d+ waiting/.test(frame))).toBe(true);
      // Of the table nothing is left: what failed, what came of it, and the ARNs.
      const left = screenAfter(raw).map((line) => stripVTControlCharacters(line));
      expect(left.some((line) => line.includes("uploading") || line.startsWith("  region "))).toBe(false);
      expect(left.filter((line) => line.startsWith("arn:"))).toHaveLength(66);
      expect(left).toContain("✗ walk-arm64 :1 in 33 regions; failed in eu-west-1");
    });

    it("leaves a clean screen after Ctrl-C", async () => {
      const project = await localProject({ regions: ["all"] });
      const faults = ["--fault", "op=PublishLayerVersion,latency=20000"];
      const { code, raw } = await runOnTerminal(["publish", ...faults], {
        question: "100 %",
        answer: "\u0003",
        rows,
        cwd: project.folder,
        env: project.env,
      });
      expect(code).toBe(130);
      const left = screenAfter(raw.slice(raw.lastIndexOf("^C") + 2)).filter((line) => line.trim() !== "");
      expect(screenAfter(raw).join("\n")).not.toContain("100 %");
      expect(left.slice(-3)).toEqual([
        "Until then: 0 published, 0 unchanged, 0 failed, 68 not finished",
        "✗ Interrupted.",
        "  The same command can be run again: nothing was left half-written.",
      ]);
      // The cursor was never taken away.
      expect(raw).not.toContain("\u001b[?25l");
    });

    it("asks before it makes anything public, and does it after a yes", async () => {
      const project = await localProject();
      const conversation = { question: "Go on? [y/N]", cwd: project.folder, env: project.env };
      const no = await runOnTerminal(["publish", "--public"], { ...conversation, answer: "n\r" });
      expect(no.code).toBe(2);
      expect(no.screen).toContain("This would make walk-x86_64 and walk-arm64 in us-east-1 public. Go on? [y/N]");
      expect(await project.versions("us-east-1", "walk-arm64")).toEqual([]);
      expect((await runOnTerminal(["publish", "--public"], { ...conversation, answer: "y\r" })).code).toBe(0);
      expect(await project.versions("us-east-1", "walk-arm64")).toEqual([1]);
    });

    it("says nothing with --quiet", async () => {
      const project = await localProject();
      const result = await runOnTerminal(["publish", "--quiet"], {
        cwd: project.folder,
        env: project.env,
      });
      expect(result.code).toBe(0);
      expect(result.screen.trim().split("\n")).toEqual([
        "arn:aws:lambda:us-east-1:123456789012:layer:walk-x86_64:1",
        "arn:aws:lambda:us-east-1:123456789012:layer:walk-arm64:1",
      ]);
    });
  },
);
