// CreateFunction: everything is checked and the code kept before the function is there, Pending.
import { randomUUID } from "node:crypto";
import { authorizePassRole } from "../../../access/authorize.ts";
import type { FunctionDocument, FunctionVersion } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import { type Call, regionalArn } from "../../call.ts";
import type { RestOperation } from "../../rest-service.ts";
import { architectureConstraint, isArchitecture } from "../architectures.ts";
import { attachLayers, checkTotalSize } from "../attached-layers.ts";
import { storeCode } from "../code.ts";
import { configurationOf } from "../configuration.ts";
import { checkExecutionRole } from "../execution-role.ts";
import { functionArn, readNewFunctionName } from "../names.ts";
import { lambdaTime } from "../time.ts";
import { checkDeadLetterPermission } from "./dead-letter.ts";
import { changedLogging } from "./logging.ts";
import { publishedVersion } from "./published.ts";
import { readSettings } from "./settings.ts";
import { checkTags } from "./tags.ts";

export const createFunction: RestOperation = {
  name: "CreateFunction",
  route: "POST /2015-03-31/functions",
  resources: (call) => [regionalArn(call, "lambda", `function:${Input.parse(call.body).text("FunctionName") ?? "*"}`)],
  async handle(account, call) {
    const input = Input.parse(call.body);
    const name = readNewFunctionName(call, input.text("FunctionName"));
    const { functions, locks } = account.store;
    return locks.run(`function ${call.region} ${name}`, async () => {
      if (functions.get(call.region, name)) {
        throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, { status: 409 });
      }
      const tags = input.map("Tags") ?? {};
      checkTags(tags);
      const latest = await firstVersion(account, { call, input, name });
      const document: FunctionDocument = { region: call.region, functionName: name, id: randomUUID(), tags, latest };
      // Its first published version before itself: without the function nobody sees the version.
      const version = input.flag("Publish") ? await publishedVersion(account, { document }) : undefined;
      await functions.put([call.region, name], document);
      const transition = { kind: "creating", revisionId: randomUUID() } as const;
      account.settling.begin(
        { region: call.region, name, milliseconds: account.settleMilliseconds() },
        transition,
        () => {},
      );
      const content = version ?? latest;
      return json(201, configurationOf({ document, content, qualified: false, transition }));
    });
  },
};

interface Creation {
  readonly call: Call;
  readonly input: Input;
  readonly name: string;
}

async function firstVersion(account: AccountState, { call, input, name }: Creation): Promise<FunctionVersion> {
  const settings = readSettings(input);
  const { runtime, handler, role = "" } = settings;
  new Constraints().required(settings.role, "role").done();
  if (!runtime || !handler) {
    const text = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
    throw new AwsError("InvalidParameterValueException", text);
  }
  const architecture = readArchitecture(input) ?? "x86_64";
  authorizePassRole(account, { ...call, roleArn: role });
  checkExecutionRole(account, role, functionArn(call, name));
  const deadLetterTargetArn = settings.deadLetterTargetArn || undefined;
  checkDeadLetterPermission(account, { role, functionName: name, region: call.region }, deadLetterTargetArn);
  const layers = attachLayers(account, { call, arns: settings.layers ?? [], present: [] });
  const code = await storeCode(account, call, input.inner("Code"));
  checkTotalSize(code.unzippedBytes, layers);
  return {
    version: "$LATEST",
    description: settings.description ?? "",
    runtime,
    handler,
    role,
    memorySize: settings.memorySize ?? 128,
    timeout: settings.timeout ?? 3,
    ephemeralStorage: settings.ephemeralStorage ?? 512,
    architecture,
    environment: settings.environment,
    layers,
    tracingMode: settings.tracingMode ?? "PassThrough",
    logGroup: settings.logGroup ?? `/aws/lambda/${name}`,
    jsonLogging: changedLogging(settings.logging, undefined),
    deadLetterTargetArn,
    ...code,
    lastModified: lambdaTime(account.now()),
    revisionId: randomUUID(),
  };
}

/** The one architecture of a function; undefined where none was sent. */
export function readArchitecture(input: Input): FunctionVersion["architecture"] | undefined {
  const given = input.texts("Architectures");
  const constraints = new Constraints().length(given, "architectures", [1, 1]);
  const [first] = given ?? [];
  if (given && !given.every(isArchitecture)) {
    constraints.add(`'[${given.join(", ")}]'`, "architectures", architectureConstraint);
  }
  constraints.done();
  return first !== undefined && isArchitecture(first) ? first : undefined;
}
