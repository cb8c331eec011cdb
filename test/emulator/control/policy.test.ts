// What policies say, judged apart from the wire.
import { describe, expect, it } from "vitest";
import { decide } from "../../../src/emulator/access/policy.ts";
import { matches, matchesArn } from "../../../src/emulator/access/policy-pattern.ts";

const question = {
  action: "ssm:GetParameter",
  resource: "arn:aws:ssm:us-east-1:1:parameter/app/x",
  context: { "aws:requestedregion": "us-east-1" },
};
const says = (...Statement: object[]) => decide([{ Version: "2012-10-17", Statement }], question);
const allowAll = { Effect: "Allow", Action: "*", Resource: "*" };

describe("policies", () => {
  it.each<[string, object[], ReturnType<typeof decide>]>([
    ["nothing", [], "implicitDeny"],
    ["everything", [allowAll], "allowed"],
    ["an action in other letters", [{ ...allowAll, Action: "SSM:getparameter" }], "allowed"],
    ["an action by its beginning", [{ ...allowAll, Action: ["s3:*", "ssm:Get*"] }], "allowed"],
    ["another action", [{ ...allowAll, Action: "ssm:GetParameters" }], "implicitDeny"],
    ["a question mark", [{ ...allowAll, Action: "ssm:Get?arameter" }], "allowed"],
    ["all actions but others", [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }], "allowed"],
    ["all actions but this", [{ Effect: "Allow", NotAction: ["ssm:*"], Resource: "*" }], "implicitDeny"],
    ["the resource by a pattern", [{ ...allowAll, Resource: "arn:aws:ssm:*:*:parameter/app/*" }], "allowed"],
    ["the resource in other letters", [{ ...allowAll, Resource: "arn:aws:ssm:*:*:parameter/APP/*" }], "implicitDeny"],
    ["all resources but this", [{ Effect: "Allow", Action: "*", NotResource: "*/app/*" }], "implicitDeny"],
    ["no resource", [{ Effect: "Allow", Action: "*" }], "implicitDeny"],
    ["a deny beside an allow", [allowAll, { Effect: "Deny", Action: "ssm:*", Resource: "*" }], "explicitDeny"],
    ["a deny of something else", [allowAll, { Effect: "Deny", Action: "s3:*", Resource: "*" }], "allowed"],
    [
      "a condition that holds",
      [{ ...allowAll, Condition: { StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } } }],
      "allowed",
    ],
    [
      "a condition that doesn't",
      [{ ...allowAll, Condition: { StringLike: { "aws:RequestedRegion": "eu-*" } } }],
      "implicitDeny",
    ],
    [
      "a negated condition",
      [{ ...allowAll, Condition: { StringNotLike: { "aws:RequestedRegion": "eu-*" } } }],
      "allowed",
    ],
    [
      "a condition nobody can judge",
      [{ ...allowAll, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }],
      "implicitDeny",
    ],
    [
      "an operator nobody knows",
      [{ ...allowAll, Condition: { Sounds: { "aws:RequestedRegion": "us-east-1" } } }],
      "implicitDeny",
    ],
    [
      "a condition that holds where the key is there",
      [{ ...allowAll, Condition: { StringEqualsIfExists: { "aws:RequestedRegion": "us-east-1" } } }],
      "allowed",
    ],
    [
      "a condition on a key that may be there and that nobody knows",
      [{ ...allowAll, Condition: { StringEqualsIfExists: { "aws:SourceVpc": "vpc-1" } } }],
      "implicitDeny",
    ],
    [
      "a condition of which one half is not judged and the other does not hold",
      [
        allowAll,
        {
          ...allowAll,
          Effect: "Deny",
          Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1", "aws:SourceVpc": "vpc-1" } },
        },
      ],
      "allowed",
    ],
    ["a variable", [{ ...allowAll, Resource: "arn:aws:ssm:${aws:RequestedRegion}:1:parameter/*" }], "allowed"],
    [
      "a variable with other words",
      [{ ...allowAll, Resource: "arn:aws:ssm:*:*:${aws:RequestedRegion}" }],
      "implicitDeny",
    ],
    ["a variable nobody knows", [{ ...allowAll, Resource: "*${aws:PrincipalTag/team}*" }], "implicitDeny"],
    [
      "a variable nobody knows, with a default",
      [{ ...allowAll, Resource: "arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/team, 'app'}/x" }],
      "allowed",
    ],
    [
      "all resources but a variable nobody knows",
      [{ Effect: "Allow", Action: "*", NotResource: "${aws:PrincipalTag/team}" }],
      "implicitDeny",
    ],
    [
      "a deny of a variable nobody knows",
      [allowAll, { ...allowAll, Effect: "Deny", Resource: "*${aws:PrincipalTag/team}*" }],
      "explicitDeny",
    ],
    [
      "a condition with a variable nobody knows",
      [{ ...allowAll, Condition: { StringEquals: { "aws:RequestedRegion": "${aws:PrincipalTag/home}" } } }],
      "implicitDeny",
    ],
    [
      "a deny under a condition nobody can judge",
      [allowAll, { ...allowAll, Effect: "Deny", Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }],
      "explicitDeny",
    ],
    [
      "a deny under a condition that doesn't hold",
      [allowAll, { ...allowAll, Effect: "Deny", Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } }],
      "allowed",
    ],
  ])("that say %s: %o → %s", (_, statements, decision) => {
    expect(says(...statements)).toBe(decision);
  });

  it("may have one statement that is no list", () => {
    expect(decide([{ Statement: allowAll }], question)).toBe("allowed");
    expect(decide([{ Statement: "nonsense" }, {}], question)).toBe("implicitDeny");
  });
});

describe("patterns", () => {
  it.each([
    ["*", "", true],
    ["a*b", "ab", true],
    ["a*b*c", "axxbxxbc", true],
    ["a*b", "abx", false],
    ["?", "", false],
    ["a.c", "abc", false],
    ["**a", "bba", true],
  ])("%s against %s: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ["arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a", true],
    ["arn:aws:iam::*", "arn:aws:iam::1:role/a", false],
    ["arn:*:role/a", "arn:aws:iam::1:role/a", false],
    ["arn:aws:logs:*:*:log-group:*", "arn:aws:logs:us-east-1:1:log-group:a:b", true],
  ])("of ARNs in conditions, %s against %s: %s", (pattern, arn, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected);
  });

  it("take no exponential time", () => {
    const started = performance.now();
    expect(matches(`${"a*".repeat(40)}b`, "a".repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
