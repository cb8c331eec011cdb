// Plays a scene on a target, and reads what was seen out of its log.
import { setTimeout as sleep } from "node:timers/promises";
import type { Scene } from "./row.ts";
import type { Answer, Stage, Target } from "./targets/target.ts";

/** One line that an actor reported. */
interface Report {
  readonly by: string;
  readonly at: string;
  readonly events?: readonly unknown[];
}

/** What there is to judge. */
export interface Played {
  /** What a row's `look` names. */
  look(where: string): unknown;
}

const sign = "@@ ";

/** Plays it to the end. */
export async function play(target: Target, scene: Scene): Promise<Played> {
  const stage = await target.open(scene);
  const answers = new Map<string, Answer>();
  try {
    await act(stage, scene, answers);
  } finally {
    await stage.end();
  }
  const lines = stage.log().split("\n");
  const reports = lines
    .filter((line) => line.startsWith(sign))
    .map((line): Report => JSON.parse(line.slice(sign.length)));
  const log = lines.filter((line) => line !== "" && !line.startsWith(sign));
  return {
    look(where) {
      if (where === "log") return log;
      if (where === "reports") return reports;
      if (where === "ids") return [...new Set(lines.flatMap((line) => idsOf(line)))];
      if (where === "warnings") return stage.warnings();
      // A name may begin with a dot.
      const dot = where.lastIndexOf(".");
      const [who, label] = [where.slice(0, dot), where.slice(dot + 1)];
      if (who === "answer") return answers.get(label);
      if (/^(events|batches)\./.test(where)) {
        const batches = reports.filter(({ by, at }) => by === where.slice(where.indexOf(".") + 1) && at === "events");
        return where.startsWith("batches") ? batches : batches.flatMap(({ events = [] }) => events);
      }
      if (label.endsWith("*")) return reports.filter(({ by, at }) => by === who && `${at}*` === label);
      if (who === "all") return reports.filter(({ at }) => at === label);
      return reports.find(({ by, at }) => by === who && at === label);
    },
  };
}

/** START, END, REPORT, and what the runtime was told. */
function idsOf(line: string): readonly string[] {
  const match =
    /^(?:START|END|REPORT) RequestId: ([0-9a-f-]{36})|"lambda-runtime-aws-request-id":"([0-9a-f-]{36})"/.exec(line);
  return match ? [match[1] ?? match[2] ?? ""] : [];
}

async function act(stage: Stage, scene: Scene, answers: Map<string, Answer>): Promise<void> {
  const aside: Promise<void>[] = [];
  for (const act of scene.acts) {
    if ("wait" in act) await sleep(act.wait);
    else if ("untilWarning" in act) await untilWarning(stage, act.untilWarning);
    else {
      const answered = stage.invoke(act).then((answer) => void answers.set(act.as, answer));
      if (act.aside) aside.push(answered);
      else await answered;
    }
  }
  await Promise.all(aside);
}

async function untilWarning(stage: Stage, text: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!stage.warnings().some((warning) => warning.includes(text)) && Date.now() < end) await sleep(20);
}
