// A process that plays the tool, to be killed: it opens an executor, invokes a function (several times at once), says so, and stays.
import { readFileSync } from "node:fs";
import { createExecutor } from "../../../../src/emulator/environment/executor.ts";
import type { ExecutionHost, FunctionSnapshot, IsolationLevel } from "../../../../src/emulator/execution.ts";

/** What it is told, in the file that its argument names. */
export interface Orders {
  readonly workDirectory: string;
  readonly isolation: IsolationLevel;
  readonly snapshot: FunctionSnapshot;
  readonly payload: unknown;
  /** How often at once; once without. */
  readonly times?: number;
}

const orders: Orders = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const host: ExecutionHost = {
  endpointUrl: "http://127.0.0.1:1",
  workDirectory: orders.workDirectory,
  issueCredentials: () => ({ credentials: { accessKeyId: "a", secretAccessKey: "b" }, revoke: () => {} }),
  appendLogs: () => {},
  warn: (message) => process.stdout.write(`warning ${message}\n`),
};
const executor = await createExecutor(host, { isolation: orders.isolation, env: process.env });
const { snapshot, payload, times = 1 } = orders;
await Promise.all(
  Array.from({ length: times }, (_, index) =>
    executor.invoke(snapshot, {
      ...{ requestId: String(index), invokedFunctionArn: snapshot.functionArn },
      payload: Buffer.from(JSON.stringify(payload)),
    }),
  ),
);
process.stdout.write("invoked\n");
setInterval(() => {}, 1000);
