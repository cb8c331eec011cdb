// Variables, files and the place that programs run in: section 5 of the contract.
import type { Pattern } from "../pattern.ts";
import type { Row, Scene, Step } from "../row.ts";
import { obey, register, serve } from "../steps.ts";

const variables = (is: Pattern): Pattern => ({ facts: { variables: is } });
const absent: Pattern = { $absent: true };
const noPaths = "without isolation code and layers lie where they were unpacked";
const there: Pattern = { $like: "." };

/** For both; the names that AWS's emulator lacks unless it has them itself. */
const common: readonly (readonly [name: string, value: Pattern, lacking?: string])[] = [
  ["AWS_ACCESS_KEY_ID", there],
  ["AWS_SECRET_ACCESS_KEY", there],
  ["AWS_SESSION_TOKEN", there],
  ["AWS_REGION", "us-east-1"],
  ["AWS_DEFAULT_REGION", "us-east-1", "5.1/lacking"],
  ["AWS_LAMBDA_FUNCTION_NAME", "variables"],
  ["AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"],
  ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"],
  ["AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand", "5.1/lacking"],
  ["AWS_LAMBDA_RUNTIME_API", { $like: "^[\\w.]+:\\d+$" }],
  ["TZ", ":UTC", "5.1/lacking"],
  ["MINE", "kept"],
];
const runtimeOnly: readonly (readonly [name: string, value: Pattern, lacking?: string])[] = [
  ["AWS_LAMBDA_LOG_GROUP_NAME", there],
  ["AWS_LAMBDA_LOG_STREAM_NAME", there],
  ["AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR", "unlisted: no X-Ray variables"],
  ["AWS_XRAY_DAEMON_ADDRESS", { $like: ":\\d+$" }, "unlisted: no X-Ray variables"],
  ["_AWS_XRAY_DAEMON_ADDRESS", there, "unlisted: no X-Ray variables"],
  ["_AWS_XRAY_DAEMON_PORT", there, "unlisted: no X-Ray variables"],
  ["_HANDLER", "index.handler"],
  ["LAMBDA_TASK_ROOT", there, "5.1/lacking"],
  ["LAMBDA_RUNTIME_DIR", there, "5.1/lacking"],
];

const lacks = (name: string, differs = "5.1/lacking"): Row["rie"] => ({
  differs,
  is: variables({ [name]: absent }),
});

const has = (who: "bootstrap" | "one", [name, value, lacking]: (typeof common)[number]): Row => ({
  ...{
    id: `5.1/${who === "one" ? "extension" : "runtime"}: ${name}`,
    look: `${who}.facts`,
    is: variables({ [name]: value }),
  },
  ...(lacking !== undefined && { rie: lacks(name, lacking) }),
});

const readOnly = (path: string): Step => ({ write: path });

export const environmentScenes: readonly Scene[] = [
  {
    name: "variables",
    memory: 256,
    variables: { MINE: "kept", AWS_LAMBDA_EXEC_WRAPPER: "/opt/no-such-wrapper" },
    extensions: { one: [{ facts: "facts" }, register(["INVOKE"]), ...obey] },
    runtime: [{ facts: "facts" }, serve],
    acts: [{ invoke: '"fine"', as: "first" }],
    rows: [
      ...common.map((one) => has("bootstrap", one)),
      ...runtimeOnly.map((one) => has("bootstrap", one)),
      ...common.map((one) => has("one", one)),
      ...[
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT",
        "_HANDLER",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
        "AWS_EXECUTION_ENV",
      ].map(
        (name): Row => ({
          id: `5.1/extension-excluded: ${name}`,
          look: "one.facts",
          is: variables({ [name]: absent }),
        }),
      ),
      ...["AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"].map(
        (name): Row => ({
          ...{ id: `5.1/extension-excluded: ${name}`, look: "one.facts", is: variables({ [name]: absent }) },
          rie: { differs: "8/extension-env", is: variables({ [name]: there }) },
        }),
      ),
      {
        id: "5.1/execution-env: absent for provided",
        look: "bootstrap.facts",
        is: variables({ AWS_EXECUTION_ENV: absent }),
      },
      {
        id: "5.1/not-real: AWS_LAMBDA_FUNCTION_TIMEOUT",
        look: "bootstrap.facts",
        is: variables({ AWS_LAMBDA_FUNCTION_TIMEOUT: absent }),
        rie: { differs: "5.1/timeout-variable", is: variables({ AWS_LAMBDA_FUNCTION_TIMEOUT: there }) },
      },
      { id: "5.1/not-real: HOME", look: "bootstrap.facts", is: variables({ HOME: absent }) },
      { id: "5.1/not-real: AWS_ACCESS_KEY", look: "bootstrap.facts", is: variables({ AWS_ACCESS_KEY: absent }) },
      {
        id: "5.1/path",
        look: "bootstrap.facts",
        is: variables({ PATH: "/usr/local/bin:/usr/bin/:/bin:/opt/bin" }),
        none: noPaths,
        rie: { notJudged: "its PATH is the one that it was started with" },
      },
      {
        ...{ id: "5.1/ld-library-path", look: "bootstrap.facts" },
        is: variables({
          LD_LIBRARY_PATH: "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        }),
        none: noPaths,
      },
      {
        id: "5.1/task-root",
        look: "bootstrap.facts",
        is: variables({ LAMBDA_TASK_ROOT: "/var/task", LAMBDA_RUNTIME_DIR: "/var/runtime" }),
        none: noPaths,
        rie: lacks("LAMBDA_TASK_ROOT"),
      },
      { id: "5.2/working-directory", look: "bootstrap.facts", is: { facts: { folder: "/var/task" } }, none: noPaths },
      { id: "5.2/exec-wrapper-not-on-provided", look: "answer.first", is: { status: 200, body: '"fine"' } },
      { id: "2.5/process-group", look: "one.facts", is: { facts: { group: true } } },
      {
        id: "7.17/static-credentials",
        look: "bootstrap.facts",
        is: variables({ AWS_ACCESS_KEY_ID: there, AWS_CONTAINER_CREDENTIALS_FULL_URI: absent }),
      },
    ],
  },
  {
    name: "opt-bootstrap",
    runtime: null,
    layer: { bootstrap: { content: '#!/bin/sh\nexec actor "$0"\n' } },
    code: { "scripts.json": { content: JSON.stringify({ bootstrap: [serve] }) } },
    acts: [{ invoke: '"fine"', as: "first" }],
    rows: [{ id: "5.2/bootstrap-in-opt", look: "answer.first", is: { status: 200, body: '"fine"' } }],
  },
  {
    name: "read-only",
    extensions: { one: [readOnly("/opt/new"), register(["INVOKE"]), ...obey] },
    runtime: [readOnly("/var/task/new"), readOnly("/new"), serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        ...{ id: "5.2/read-only: /var/task and the root", look: "bootstrap.write*" },
        is: { $each: { error: { $like: "read-only file system|permission denied" } } },
        none: "without isolation there is no read-only root",
      },
      {
        ...{ id: "5.2/read-only: /opt", look: "one.write" },
        is: { error: { $like: "read-only file system|permission denied" } },
        none: "without isolation there is no absolute /opt",
      },
    ],
  },
  {
    name: "shared-tmp",
    extensions: { one: [{ mark: "from the extension" }, register(["INVOKE"]), ...obey] },
    runtime: [{ until: "from the extension" }, { say: "the runtime sees it\n" }, serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [{ id: "5.2/tmp-shared", look: "log", is: { $has: ["the runtime sees it"] } }],
  },
  {
    name: "freeze",
    runtime: [{ go: [{ loop: [{ say: "tick\n" }, { wait: 20 }] }] }, serve],
    acts: [{ invoke: "1", as: "first" }, { wait: 1000 }, { invoke: "2", as: "second" }],
    rows: [
      {
        ...{ id: "3.2/freeze", look: "log", is: { $fewer: [25, "tick"] } },
        rie: { differs: "unlisted: nothing is frozen", is: { $more: [25, "tick"] } },
      },
      { id: "7.4/freeze: goes on afterwards", look: "answer.second", is: { status: 200, body: "2" } },
    ],
  },
];
