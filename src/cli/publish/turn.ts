// Publishes of the same layers on this machine, one after the other.
import { tmpdir, userInfo } from "node:os";
import { partitionOf } from "../../model/partition.ts";
import { type Turn, takeTurns } from "../../publish/turns.ts";
import type { CommandContext } from "../command.ts";
import type { PublishJob } from "./job.ts";

/** Waits until no other publish of these layers runs. */
export async function waitForTurn(context: CommandContext, { connection, wanted }: PublishJob): Promise<Turn> {
  const { endpoint, region } = connection.target;
  // Two accounts' layers of one name wait for each other too: whose the credentials are is not known without asking.
  const target = endpoint ?? partitionOf(region).id;
  let task: { done(): void } | undefined;
  try {
    return await takeTurns({
      names: wanted.map(({ layerName }) => `${target} ${layerName}`),
      place: { platform: process.platform, user: userName(), folder: tmpdir() },
      signal: context.signal,
      waiting(name) {
        const layer = name.slice(target.length + 1);
        context.tell(`Another publish of ${layer} is running on this machine: waiting for it to end.`);
        task ??= context.progress.start("Waiting for the other publish");
      },
    });
  } finally {
    task?.done();
  }
}

/** A user without a name, as some containers have, still has a number. */
function userName(): string {
  const id = process.getuid?.();
  return id === undefined ? userInfo().username : String(id);
}
