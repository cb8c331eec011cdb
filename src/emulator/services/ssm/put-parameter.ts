// PutParameter: makes a parameter, or a further version of one.
import type { ParameterDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { JsonOperation } from "../json-service.ts";
import { parameterArn } from "./parameter.ts";

/** Of standard and of advanced parameters, in characters. */
const mostCharacters = { Standard: 4096, Advanced: 8192, "Intelligent-Tiering": 8192 } as const;
/** As many versions as Parameter Store keeps. */
const mostVersions = 100;
const types = ["String", "StringList", "SecureString"] as const;
const tiers = ["Standard", "Advanced", "Intelligent-Tiering"] as const;

export const putParameter: JsonOperation = {
  resources: (input, call) => [parameterArn(call, input.text("Name") ?? "*")],
  async handle(account, input, call) {
    const wanted = readParameter(input);
    const { region } = call;
    const { name, value, type } = wanted;
    return account.store.locks.run(`parameter ${region} ${name}`, async () => {
      const before = account.store.parameters.get(region, name);
      if (before && !input.flag("Overwrite")) {
        const text =
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        throw new AwsError("ParameterAlreadyExists", text);
      }
      if (!before && type === undefined) {
        throw new AwsError("ValidationException", "A parameter type is required when you create a parameter.");
      }
      const version = (before?.versions.at(-1)?.version ?? 0) + 1;
      const added = { version, value, lastModified: account.now() };
      const document: ParameterDocument = {
        region,
        name,
        type: type ?? before?.type ?? "String",
        tier: wanted.tier ?? before?.tier ?? "Standard",
        dataType: "text",
        versions: [...(before?.versions ?? []), added].slice(-mostVersions),
      };
      await account.store.parameters.put([region, name], document);
      return { Tier: document.tier, Version: version };
    });
  },
};

function readParameter(input: Input) {
  const [name = "", value, type, tier] = ["Name", "Value", "Type", "Tier"].map((member) => input.text(member));
  new Constraints()
    .required(input.text("Name"), "name")
    .required(value, "value")
    .length(name, "name", [1, 2048])
    .oneOf(type, "type", types)
    .oneOf(tier, "tier", tiers)
    .done();
  checkName(name);
  refuseUnplayed(input, type);
  const kept = tiers.find((one) => one === tier);
  if (value === "") {
    throw new AwsError(
      "ValidationException",
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  }
  const most = mostCharacters[kept ?? "Standard"];
  if (Buffer.byteLength(value ?? "") > most) {
    const text =
      most === mostCharacters.Standard
        ? `Standard tier parameters support a maximum parameter value of ${most} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`
        : `Advanced tier parameters support a maximum parameter value of ${most} characters.`;
    throw new AwsError("ValidationException", text);
  }
  const pattern = input.text("AllowedPattern");
  if (pattern && !safeTest(pattern, value ?? "")) {
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
  return { name, value: value ?? "", type: types.find((one) => one === type), tier: kept };
}

/** The rules of Parameter Store's user guide. */
function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.includes("//") || name.endsWith("/")) {
    throw new AwsError(
      "ValidationException",
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    const word = /^\/?aws/i.test(name) ? "aws" : "ssm";
    throw new AwsError("ValidationException", `Parameter name: can't be prefixed with "${word}" (case-insensitive).`);
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw new AwsError("ValidationException", "Parameter name must be a fully qualified name.");
  }
  if (name.split("/").length > 16) {
    throw new AwsError("HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels.");
  }
}

function refuseUnplayed(input: Input, type: string | undefined): void {
  const key = input.text("KeyId");
  if (type === "SecureString" && key && key !== "alias/aws/ssm") {
    throw new AwsError(
      "InvalidKeyId",
      `The local endpoint has no KMS: the key ${key} is not known to it, only alias/aws/ssm.`,
    );
  }
  const unplayed: string[] = [];
  if (input.text("Policies")) unplayed.push("Policies");
  if ((input.list("Tags") ?? []).length > 0) unplayed.push("Tags");
  if ((input.text("DataType") ?? "text") !== "text") unplayed.push("DataType");
  if (unplayed.length === 0) return;
  throw new AwsError("ValidationException", `The local endpoint does not play ${unplayed.join(", ")} of parameters.`);
}

function safeTest(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch (cause) {
    throw new AwsError("InvalidAllowedPatternException", "The allowedPattern is not a valid regular expression.", {
      cause,
    });
  }
}
