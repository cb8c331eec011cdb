// A saved plan against what is there when it is carried out: what is left of it, and what makes it worthless.
import { describe, expect, it } from "vitest";
import type { LayerGrant } from "../../src/model/sharing.ts";
import type { LayerPlan, PlannedAction } from "../../src/publish/plan/actions.ts";
import type { PresentLayer, Sighting } from "../../src/publish/plan/sighting.ts";
import { remainderOf } from "../../src/publish/saved-plan/remainder.ts";

const wanted = "wanted";
const filler = "filler";
const reason = "";

function present(version: number, codeSha256: string, grants?: LayerGrant[]): PresentLayer {
  const arn = `arn:aws:lambda:eu-west-1:123456789012:layer:demo-arm64:${version}`;
  return { arn, version, codeSha256, architectures: ["arm64"], description: "", license: "", runtimes: [], grants };
}

function plan(newest: PresentLayer | undefined, ...actions: PlannedAction[]): LayerPlan {
  return {
    region: "eu-west-1",
    architecture: "arm64",
    layerName: "demo-arm64",
    shared: false,
    zip: "/demo.zip",
    zipBytes: 1,
    codeSha256: wanted,
    newest,
    actions,
  };
}

/** The names of the actions that are left, or how it has moved. */
function left(saved: LayerPlan, sighting: Sighting): string {
  const { plan: rest, moved } = remainderOf([saved], [sighting], filler);
  expect(rest.length + moved.length).toBe(1);
  return moved[0] ?? rest[0]?.actions.map(({ action }) => action).join(" ") ?? "";
}

const publish = (version?: number): PlannedAction => ({ action: "publish", version, reason });
const grant = (grantee: string): PlannedAction => ({ action: "grant", grantee, reason });
const revoke = (sid: string): PlannedAction => ({ action: "revoke", sid, grantee: "111122223333", reason });
const align = (from: number, through: number, fill: "same-bytes" | "placeholder"): PlannedAction => ({
  action: "align",
  from,
  through,
  fill,
  reason,
});
const granted = (grantee: string): LayerGrant => ({ sid: `lambda-ext-${grantee}`, grantee });

describe("what is left of a saved plan", () => {
  it("is all of it where nothing has happened", () => {
    expect(left(plan(undefined, publish(), grant("public")), {})).toBe("publish grant");
    const before = present(3, "old");
    expect(left(plan(before, publish(), grant("public")), { newest: before })).toBe("publish grant");
    expect(left(plan(before, { action: "unchanged", reason }), { newest: before })).toBe("unchanged");
  });

  it("is the grants of a version that an earlier run has made, and nothing once they are there too", () => {
    const saved = plan(present(3, "old"), publish(), grant("public"), grant("111122223333"));
    expect(left(saved, { newest: present(4, wanted, []) })).toBe("grant grant");
    expect(left(saved, { newest: present(4, wanted, [granted("public")]) })).toBe("grant");
    expect(left(saved, { newest: present(4, wanted, [granted("public"), granted("111122223333")]) })).toBe("unchanged");
  });

  it("makes no second version of what was forced", () => {
    expect(left(plan(present(3, wanted), publish()), { newest: present(4, wanted) })).toBe("unchanged");
    expect(left(plan(present(3, wanted), publish()), { newest: present(3, wanted) })).toBe("publish");
  });

  it("works on the version that is there now", () => {
    const { plan: rest } = remainderOf(
      [plan(undefined, publish(), grant("public"))],
      [{ newest: present(1, wanted, []) }],
      "",
    );
    expect(rest[0]).toMatchObject({ newest: { version: 1 }, actions: [{ action: "grant" }] });
  });

  it.each(["same-bytes", "placeholder"] as const)("goes on where filling numbers with %s was broken off", (fill) => {
    const saved = plan(present(1, "old"), align(2, 5, fill), publish(6));
    const bytes = fill === "placeholder" ? filler : wanted;
    const { plan: rest, moved } = remainderOf([saved], [{ newest: present(3, bytes) }], filler);
    expect(moved).toEqual([]);
    expect(rest[0]?.actions).toMatchObject([
      { action: "align", from: 4, through: 5 },
      { action: "publish", version: 6 },
    ]);
    expect(left(saved, { newest: present(5, bytes) })).toBe("publish");
    expect(left(saved, { newest: present(6, wanted) })).toBe("unchanged");
  });

  it("keeps what is left of revoking", () => {
    const before = present(3, wanted, [granted("111122223333"), granted("public")]);
    // One that had the name of the plan's own: what has it now is what was granted.
    const foreign = present(3, wanted, [{ sid: "lambda-ext-public", grantee: "111122223333" }]);
    const swap = plan(foreign, revoke("lambda-ext-public"), grant("public"));
    expect(left(swap, { newest: foreign })).toBe("revoke grant");
    expect(left(swap, { newest: present(3, wanted, []) })).toBe("grant");
    expect(left(swap, { newest: present(3, wanted, [granted("public")]) })).toBe("unchanged");
    const saved = plan(before, grant("o-a1b2c3d4e5"), revoke("lambda-ext-111122223333"));
    expect(left(saved, { newest: before })).toBe("grant revoke");
    const half = present(3, wanted, [...(before.grants ?? []), granted("o-a1b2c3d4e5")]);
    expect(left(saved, { newest: half })).toBe("revoke");
  });

  it("says again that a region cannot be looked at, now or then", () => {
    const error = { code: "CannotConnect", message: "m", hint: "h" };
    expect(left(plan(undefined, publish()), { error })).toBe("failed");
    const { plan: rest } = remainderOf([plan(undefined, { action: "failed", error, reason })], [{}], undefined);
    expect(rest[0]?.actions).toMatchObject([{ action: "failed", error: { code: "NotPlanned" } }]);
  });
});

describe("a saved plan is refused", () => {
  const before = present(3, "old");
  it.each<[string, LayerPlan, Sighting, RegExp]>([
    [
      "somebody has published other bytes",
      plan(before, publish()),
      { newest: present(4, "theirs") },
      /version 3 was the newest, now it is version 4/,
    ],
    [
      "there is a first version of somebody's",
      plan(undefined, publish()),
      { newest: present(1, "theirs") },
      /no version, and now there is version 1/,
    ],
    ["the newest was deleted", plan(before, publish()), { newest: present(2, "older") }, /now it is version 2/],
    ["all were deleted", plan(before, publish()), {}, /there is none now/],
    ["the account was begun anew", plan(before, publish()), { newest: present(3, "theirs") }, /it has other bytes now/],
    [
      "what was unchanged is not",
      plan(present(3, wanted), { action: "unchanged", reason }),
      { newest: present(4, wanted) },
      /now it is version 4/,
    ],
    [
      "the number that was to be filled has other bytes",
      plan(before, align(4, 5, "placeholder"), publish(6)),
      { newest: present(4, wanted) },
      /version 4/,
    ],
    [
      "the wanted bytes have got another number",
      plan(before, align(4, 5, "placeholder"), publish(6)),
      { newest: present(7, wanted) },
      /version 7/,
    ],
    [
      "somebody has shared the version with others",
      plan(present(3, wanted, []), grant("public")),
      { newest: present(3, wanted, [granted("444455556666")]) },
      /statement lambda-ext-444455556666 \(account 444455556666\) was added/,
    ],
    [
      "somebody has shared the new version with others",
      plan(before, publish(), grant("public")),
      { newest: present(4, wanted, [{ sid: "theirs", grantee: undefined }]) },
      /statement theirs \(of another kind\) was added/,
    ],
    [
      "somebody has taken a permission away",
      plan(present(3, wanted, [granted("444455556666")]), grant("public")),
      { newest: present(3, wanted, []) },
      /statement lambda-ext-444455556666 .* was taken/,
    ],
  ])("where %s", (_, saved, sighting, words) => {
    expect(left(saved, sighting)).toMatch(words);
    expect(left(saved, sighting)).toMatch(/^eu-west-1 demo-arm64: /);
  });
});
