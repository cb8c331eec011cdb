// With whom a layer is shared: reading it from words and from policies, whoever wrote those.
import { describe, expect, it } from "vitest";
import { readGrantees, readLayerPolicy, statementFor } from "../../src/model/sharing.ts";

const policy = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
const allow = { Sid: "s", Effect: "Allow", Action: "lambda:GetLayerVersion", Resource: "arn" };

describe("readGrantees", () => {
  it("puts everybody first, then accounts, then organizations, each once", () => {
    const words = ["o-zzzzzzzzzz", "210987654321", "public", "o-aaaaaaaaaa", "123456789012", "public"];
    expect(readGrantees(words)).toEqual(["public", "123456789012", "210987654321", "o-aaaaaaaaaa", "o-zzzzzzzzzz"]);
  });

  it.each(["12345678901", "everybody", "o-short", "O-A1B2C3D4E5", "", "123456789012 "])("refuses %j", (word) => {
    expect(() => readGrantees([word])).toThrow(/can't be shared with/);
  });
});

describe("readLayerPolicy", () => {
  it.each([
    ["everybody", { ...allow, Principal: "*" }, "public"],
    ["everybody, as a list", { ...allow, Principal: { AWS: ["*"] }, Action: ["lambda:GetLayerVersion"] }, "public"],
    ["an account", { ...allow, Principal: { AWS: "arn:aws:iam::123456789012:root" } }, "123456789012"],
    ["an account in China", { ...allow, Principal: { AWS: "arn:aws-cn:iam::123456789012:root" } }, "123456789012"],
    ["an account's digits", { ...allow, Principal: { AWS: "123456789012" } }, "123456789012"],
    [
      "an organization",
      { ...allow, Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } },
      "o-a1b2c3d4e5",
    ],
  ])("finds %s", (_, statement, grantee) => {
    expect(readLayerPolicy(policy(statement))).toEqual([{ sid: "s", grantee }]);
  });

  it.each([
    ["denies", { ...allow, Effect: "Deny", Principal: "*" }],
    ["allows something else", { ...allow, Action: "lambda:*", Principal: "*" }],
    ["has another condition", { ...allow, Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    [
      "has a second condition",
      {
        ...allow,
        Principal: "*",
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:SourceVpc": "v" } },
      },
    ],
    ["names a role", { ...allow, Principal: { AWS: "arn:aws:iam::123456789012:role/x" } }],
    ["names a service", { ...allow, Principal: { Service: "x.amazonaws.com" } }],
  ])("takes for nobody's what %s", (_, statement) => {
    expect(readLayerPolicy(policy(statement))).toEqual([{ sid: "s", grantee: undefined }]);
  });

  it.each(["", "[]", "null", "{}", '{"Statement":"x"}', "<html>"])("doesn't take %j for a policy", (text) => {
    expect(readLayerPolicy(text)).toBeUndefined();
  });

  it("reads back what it writes", () => {
    expect(statementFor("o-a1b2c3d4e5")).toEqual({
      sid: "lambda-ext-o-a1b2c3d4e5",
      principal: "*",
      organization: "o-a1b2c3d4e5",
    });
    expect(statementFor("public").principal).toBe("*");
    expect(statementFor("123456789012").principal).toBe("123456789012");
  });
});
