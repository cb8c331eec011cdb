// The contract's lines, by section: each has a row, or a reason why it can't be judged here.

/** Section → its lines. A row's id is SECTION/LINE, and behind a colon what of it. */
export const lines: Readonly<Record<string, readonly string[]>> = {
  "1.1": ["next", "response", "error", "init-error", "restore-next", "restore-error", "ping", "unknown-path"],
  "1.2": ["request-id", "deadline", "arn", "trace-id", "client-context", "empty-omitted", "content-type"],
  "1.3": ["content-type", "error-type", "xray-cause", "error-cause", "chunked-and-trailers"],
  "1.4": [
    ...["invalid-id", "second-response", "response-after-error", "response-mode", "init-error-late"],
    ...["next-after-init-error", "same-event-again", "too-large", "too-large-invoker"],
  ],
  "1.5": [
    ...["request-too-large", "request-largest", "event-too-large", "streaming-mode", "mid-stream-failure"],
    "http-prelude",
  ],
  "1.6": ["unchanged", "error-then-exit"],
  "2.1": [
    ...["register", "register-response", "register-content-type", "accept-feature", "no-events", "invoke-event"],
    ...["event-identifier", "tracing", "no-payload", "shutdown-event", "invoke-only", "init-error", "exit-error"],
  ],
  "2.2": [
    ...["empty-name", "request-format", "configuration-keys", "unknown-event", "internal-shutdown"],
    ...["registration-closed", "invalid-state", "name-clash", "too-many", "missing-identifier", "invalid-identifier"],
    ...["unknown-identifier", "missing-header", "disabled", "unknown-path"],
  ],
  "2.3": [
    ...["next-while-ready", "register-when-ready", "register-when-running", "init-error-when-ready"],
    ...["init-error-when-running", "terminal", "no-events", "report-ends-nothing"],
  ],
  "2.4": ["internal", "wrong-name", "collision", "eleven-files", "go-sigterm"],
  "2.5": [
    ...["hidden", "folders-ignored", "all-started-first", "launch-error", "argv", "process-group", "output"],
    "switched-off",
  ],
  "2.6": [
    ...["exit-in-init", "cannot-start", "init-error", "exit-error", "init-retried", "exit-during-invoke"],
    ...["answered-then-crash", "exit-between", "exit-after-shutdown", "non-zero-after-shutdown"],
  ],
  "3.1": [
    ...["runtime-after-registration", "waits-for-all-next", "init-limit", "init-billed"],
    "init-report-only-on-failure",
  ],
  "3.2": [
    ...["ends-with-extensions", "response-before-extensions", "not-subscribed-not-waited"],
    ...["duration-includes-extensions", "one-timeout-for-both", "freeze"],
  ],
  "3.3": [
    ...["runtime-exit", "function-error-no-reset", "timeout", "reason-timeout", "reason-failure", "tmp-kept"],
    ...["suppressed-init", "init-error-body", "init-error-stays"],
  ],
  "3.4": [
    ...["no-extensions-no-sigterm", "500-ms-internal", "300-ms", "2000-ms", "runtime-first", "deadline"],
    ...["event-is-the-only-signal", "not-subscribed-is-killed", "sigterm-with-internal"],
  ],
  "4.1": [
    ...["ok", "schema-version", "types", "destination", "max-items", "max-bytes", "timeout", "defaults"],
    ...["validation", "identifier", "closed", "one-api", "resubscribe", "names-resolve", "replay"],
  ],
  "4.2": [
    ...["http-post", "http-put", "path-honoured", "array", "tcp", "max-items", "max-bytes", "timer", "retry"],
    ...["never-blocks", "dropped"],
  ],
  "4.3": [
    ...["order", "initStart", "initRuntimeDone", "initReport", "extension", "telemetrySubscription"],
    ...["logsSubscription", "start", "runtimeDone", "report", "logsDropped", "function", "extension-line", "end"],
    ...["fault", "not-in-telemetry", "logs-schema", "suppressed-init"],
  ],
  "5.1": [
    ...["runtime", "extension", "extension-excluded", "execution-env", "not-real", "path", "ld-library-path"],
    "task-root",
  ],
  "5.2": [
    ...["bootstrap-missing", "bootstrap-not-executable", "bootstrap-in-opt", "exec-wrapper-not-on-provided"],
    ...["working-directory", "read-only", "tmp-shared"],
  ],
  "6.1": [
    ...["order", "init-start", "extension", "extension-error", "subscription", "start", "end", "report", "xray"],
    "timeout",
  ],
  "6.2": [
    ...["synchronous", "event", "dry-run", "request-id", "trace-id", "log-result", "no-json", "empty-body"],
    ...["invalid-type", "invalid-context", "not-found", "throttled", "stream"],
  ],
  "6.3": [
    ...["Runtime.ExitError", "Runtime.InvalidEntrypoint", "Runtime.TruncatedResponse"],
    ...["Runtime.InvalidResponseModeHeader", "Extension.InitError", "Extension.ExitError", "Extension.Crash"],
    ...["Extension.LaunchError", "Function.ResponseSizeTooLarge", "Runtime.Unknown", "Function.Unknown"],
    "Sandbox.Timedout",
  ],
  "7": [
    ...["1/wrong-name", "2/call-before-register", "2/subscribe-late", "4/freeze", "5/exit-is-failure"],
    ...["6/init-error-needs-register", "7/unsubscribed-must-next", "8/internal-shutdown", "9/response-is-not-the-end"],
    ...["10/chunked", "11/stray-files", "13/one-request-id", "14/new-identifiers", "15/last-report"],
    ...["16/overlapping", "17/static-credentials", "18/case"],
  ],
};

/** SECTION/LINE → why no row can tell. */
export const notJudged: Readonly<Record<string, string>> = {
  "1.1/credentials": "SnapStart only, which neither AWS's emulator nor ours plays",
  "1.2/cognito-identity": "the Invoke API has no way to send it: AWS's mobile SDKs do, inside AWS",
  "1.2/tenant-id": "tenant isolation is not part of the local target",
  "1.4/parallel-next": "not documented, and not to be relied on (the contract says UNSURE)",
  "1.4/internal-error": "an error of the platform's own: nobody can ask for one",
  "1.4/truncated-request":
    "who cut the connection off gets no answer; what the invoker gets is 6.3/Runtime.TruncatedResponse",
  "1.5/throttled-stream": "the 2 MB/s after the first 6 MB are not played, as the environment's README says",
  "1.5/streamed-limit": "200 MB would take the suite's time: judged in execution/apis.test.ts",
  "1.6/managed-instances": "Lambda Managed Instances are not played",
  "2.2/internal-error": "an error of the platform's own: nobody can ask for one",
  "2.4/managed-instances": "Lambda Managed Instances are not played",
  "2.5/foreign-architecture": "qemu may make it run: judged in execution/failures.test.ts and in namespace's tests",
  "2.5/cwd": "the contract says UNSURE",
  "3.5/snap-start": "SnapStart is not played",
  "4.2/frozen-report": "judged in execution/telemetry.test.ts: it depends on when the freeze comes",
  "4.3/restore-events": "SnapStart is not played",
  "4.3/json-format": "judged where log formats are tested",
  "5.1/managed-paths": "needs Node.js or Python: judged in execution/runtimes.test.ts",
  "5.2/tmp-size": "512 MB would have to be written: judged in execution/sandbox.test.ts",
  "5.2/descriptors": "the limits of 1,024 files and processes are not played",
  "6.2/service-errors": "VPC, EFS, KMS and EC2 are not part of the local target",
  "6.3/Runtime.InvalidWorkingDir": "only container images choose a working directory",
  "6.3/Runtime.InvalidTaskConfig": "only container images have such a configuration",
  "6.3/Runtime.OutOfMemory": "memory is told, not limited, as the environment's README says",
  "6.3/Sandbox.Failure": "an error of the platform's own: nobody can ask for one",
  "7/3/no-time-limits": "hours: what Node's server would do by itself is switched off in apis/server.ts",
  "7/12/proxies": "programs of others: see what was recorded of them in bench/",
  "7/19/python-signals": "a matter of Python's client, not of the platform",
};

/** What AWS's emulator does otherwise, as the contract has it: its last table (8), and the marks in its sections. */
export const rieDifferences: readonly string[] = [
  ...[
    "8/telemetry",
    "8/init-limit",
    "8/runtime-share",
    "8/shutdown-reason",
    "8/function-error",
    "8/crash",
    "8/timeout",
  ],
  ...["8/content-type", "8/extension-env", "8/accountid-handler", "8/report", "8/second-failure", "8/ids"],
  ...["2.6/answered-then-crash", "5.1/lacking", "5.1/timeout-variable", "6.1/lines"],
  ...["6.2/headers", "6.2/name-fixed", "6.2/no-validation"],
];
