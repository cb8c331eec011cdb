// Gives out private networks, and once they are in use keeps one ready: starting Node is the longest part of a cold start.
import { LambdaExtError, toolError } from "../../../model/errors.ts";
import type { NetworkProblem } from "./network-commands.ts";
import { type NetworkCommands, openPrivateNetwork, type PrivateNetwork } from "./private-network.ts";

/** There are none on this machine. */
export class PrivateNetworkUnavailable extends LambdaExtError {
  constructor({ reason, remedy }: NetworkProblem) {
    super("usage", `Environments cannot have networks of their own here: ${reason}`, {
      code: "PrivateNetworkUnavailable",
      hint: remedy,
    });
  }
}

interface SupplyOptions {
  readonly commands: NetworkCommands | NetworkProblem;
  /** Ports of this machine's 127.0.0.1 that can be reached from inside. */
  readonly forwarded: readonly number[];
}

/** After the rush of a cold start. */
const refillMilliseconds = 500;
/** What nobody has taken for so long goes: it is a process with Node in it. */
const keptMilliseconds = 300_000;

/** The networks that environments can have. */
export class NetworkSupply {
  private readonly options: SupplyOptions;
  private found: NetworkProblem | undefined;
  private works = false;
  /** Of the first: a place in it, which a machine may refuse as well. */
  private trial: Promise<string | undefined> | undefined;
  private spare: Promise<PrivateNetwork | undefined> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: SupplyOptions) {
    this.options = options;
    if ("reason" in options.commands) this.found = options.commands;
  }

  /** Why there are none; undefined where there are, or nobody has tried yet. */
  get problem(): NetworkProblem | undefined {
    return this.found;
  }

  /**
   * Gives one, which belongs to the caller.
   * @throws PrivateNetworkUnavailable where there are none on this machine, LambdaExtError `ServiceException` where this one could not be made.
   */
  async take(): Promise<PrivateNetwork> {
    const ready = this.spare;
    this.spare = undefined;
    const network = (await ready) ?? (await this.open());
    this.refillLater();
    return network;
  }

  /** Makes one now and keeps it: whether there are any is known afterwards. @throws PrivateNetworkUnavailable */
  async prepare(): Promise<void> {
    this.keep(this.open());
    await this.spare;
    if (!this.found) return;
    // An endpoint keeps what was chosen for it: who only leaves the flag out next time would be told the same.
    const without = "`lambda-ext local start --network auto` does without.";
    const { reason, remedy } = this.found;
    throw new PrivateNetworkUnavailable({ reason, remedy: remedy ? `${remedy} ${without}` : without });
  }

  /** Gives back what nobody has taken. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await (await this.spare)?.close();
  }

  private async open(): Promise<PrivateNetwork> {
    const { commands, forwarded } = this.options;
    if ("reason" in commands) throw new PrivateNetworkUnavailable(commands);
    try {
      const network = await openPrivateNetwork(commands, forwarded);
      this.trial ??= commands.attempt(network.entrance);
      const problem = await this.trial;
      if (problem !== undefined) {
        await network.close();
        throw new Error(problem);
      }
      this.works = true;
      return network;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.works) {
        throw toolError(`An environment could not be given a network of its own: ${reason}`, {
          code: "ServiceException",
          cause: error,
        });
      }
      this.found ??= { reason };
      throw new PrivateNetworkUnavailable(this.found);
    }
  }

  private refillLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.spare && !this.closed) this.keep(this.open());
      this.timer = setTimeout(() => void this.drop(), keptMilliseconds).unref();
    }, refillMilliseconds).unref();
  }

  private keep(opening: Promise<PrivateNetwork>): void {
    const spare = opening.then(
      (network) => {
        // A spare that broke down is none.
        void network.lost.then(() => {
          if (this.spare === spare) this.spare = undefined;
        });
        return network;
      },
      () => undefined,
    );
    this.spare = spare;
  }

  private async drop(): Promise<void> {
    const { spare } = this;
    this.spare = undefined;
    await (await spare)?.close();
  }
}

/** Whether this machine has private networks, for `doctor`: makes one and gives it back. */
export async function findNetworkProblem(
  commands: NetworkCommands | NetworkProblem,
): Promise<NetworkProblem | undefined> {
  const supply = new NetworkSupply({ commands, forwarded: [] });
  await supply.prepare().catch(() => {});
  await supply.close();
  return supply.problem;
}
