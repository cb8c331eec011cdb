// Which network an environment gets: this machine's own, or one for it alone. See the README in this folder.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { FunctionSnapshot } from "../execution.ts";
import { machineNetwork, type Network } from "../sandbox/network/network.ts";
import type { NetworkSupply } from "../sandbox/network/network-supply.ts";
import type { PrivateNetwork } from "../sandbox/network/private-network.ts";
import { within } from "../within.ts";
import { endpointPorts } from "./endpoint-ports.ts";

/** On one machine either somebody answers at once, or a firewall swallows it. */
const answerMilliseconds = 1000;

/** A network in an environment's hands. */
export interface NetworkLease {
  readonly network: Network;
  readonly isMachine: boolean;
  /** Resolves where it breaks down, with the reason; never in this machine's. */
  readonly lost: Promise<string>;
  release(): Promise<void>;
}

/** Who wants a network. */
export interface Newcomer {
  readonly snapshot: FunctionSnapshot;
  /** The merged layers, on this machine. */
  readonly optFolder: string;
  /** Whether it has ports open, or may have, that somebody else could want. */
  mayClash(): boolean;
  /** Whether it has this port open already. */
  listensOn(port: number): boolean;
  /** Asked when somebody else needs its place: ends it where nothing runs in it, and tells whether. */
  makeRoom(other: FunctionSnapshot): Promise<boolean>;
}

/** An environment in this machine's network. */
interface Resident {
  readonly newcomer: Newcomer;
  readonly hasExtensions: boolean;
  readonly gone: Promise<void>;
}

interface ChooserOptions {
  readonly mode: "auto" | "host" | "private";
  readonly supply: Pick<NetworkSupply, "take" | "problem">;
  readonly warnOnce: (message: string) => void;
}

/** Chooses for all environments of an executor. */
export class NetworkChooser {
  private readonly options: ChooserOptions;
  private readonly residents = new Set<Resident>();

  constructor(options: ChooserOptions) {
    this.options = options;
  }

  /** Whether environments of one function can live side by side. */
  get sideBySide(): boolean {
    return this.options.mode !== "auto" || this.options.supply.problem === undefined;
  }

  /** Gives an environment its network. @throws as `NetworkSupply.take` does. */
  async choose(newcomer: Newcomer): Promise<NetworkLease> {
    const { mode, supply } = this.options;
    if (mode === "private") return this.takeOwn(newcomer);
    const wanted = { newcomer, hasExtensions: hasExtensions(newcomer.optFolder) };
    if (mode === "host") return this.moveIn(wanted);
    for (;;) {
      const clashing = [...this.residents].filter((resident) => clash(resident, wanted));
      if (clashing.length === 0) return this.moveIn(wanted);
      const madeRoom = await Promise.all(clashing.map((resident) => resident.newcomer.makeRoom(newcomer.snapshot)));
      const staying = clashing.find((_, index) => !madeRoom[index]);
      if (!staying) {
        await Promise.all(clashing.map(({ gone }) => gone));
        continue;
      }
      // Without networks of their own they live side by side all the same: the pool sees to it that a function version has but one.
      if (supply.problem) return this.moveIn(wanted);
      const lease = await this.takeOwn(newcomer);
      this.explain(newcomer, staying.newcomer);
      return lease;
    }
  }

  private async takeOwn({ snapshot }: Newcomer): Promise<NetworkLease> {
    const network = await this.options.supply.take();
    await this.forwardEndpoints(network, snapshot);
    return { network, isMachine: false, lost: network.lost, release: () => network.close() };
  }

  /**
   * Has the services that the function's variables point to answer in there, where a program of this machine listens. A port at which an
   * environment listens, or nobody, is left to the newcomer: what such a variable means is an extension of its own.
   */
  private async forwardEndpoints(network: PrivateNetwork, { functionName, environment }: FunctionSnapshot) {
    for (const [port, variable] of endpointPorts(environment)) {
      if ([...this.residents].some(({ newcomer }) => newcomer.listensOn(port)) || !(await answers(port))) continue;
      await network.forward(port).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.options.warnOnce(
          `${functionName}: port ${port}, which its variable ${variable} names, cannot be reached from its network: ${reason}. See --forward of \`lambda-ext local start\`.`,
        );
      });
    }
  }

  private moveIn(wanted: Omit<Resident, "gone">): NetworkLease {
    let leave = () => {};
    const gone = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const resident = { ...wanted, gone };
    this.residents.add(resident);
    return {
      ...{ network: machineNetwork, isMachine: true, lost: new Promise<string>(() => {}) },
      release: async () => {
        this.residents.delete(resident);
        leave();
      },
    };
  }

  private explain({ snapshot: { functionArn, functionName, region } }: Newcomer, { snapshot: other }: Newcomer): void {
    const where = other.functionName === functionName ? ` of ${region}` : "";
    const otherWhere = where && ` of ${other.region}`;
    const why =
      other.functionArn === functionArn
        ? `${functionName} runs more than once at a time`
        : `${functionName}${where} and ${other.functionName}${otherWhere} run at a time, and both have extensions, which may listen on the same ports`;
    this.options.warnOnce(
      `${why}: the later one has a network of its own, from which it reaches the local endpoint, what its AWS_ENDPOINT_URL_… variables name on this machine, and forwarded ports. See --network and --forward of \`lambda-ext local start\`.`,
    );
  }
}

/** Of one function everything listens twice; of two only extensions are likely to choose the same ports. Most listen to nothing at all. */
function clash(resident: Resident, wanted: Omit<Resident, "gone">): boolean {
  const sameFunction = resident.newcomer.snapshot.functionArn === wanted.newcomer.snapshot.functionArn;
  if (!sameFunction && !(resident.hasExtensions && wanted.hasExtensions)) return false;
  return resident.newcomer.mayClash();
}

/** Whether somebody listens at a port of this machine. */
async function answers(port: number): Promise<boolean> {
  const connected = machineNetwork.connect(port).then(
    (socket) => {
      socket.on("error", () => {}).destroy();
      return true;
    },
    () => false,
  );
  return (await within(connected, answerMilliseconds)) && (await connected);
}

function hasExtensions(optFolder: string): boolean {
  try {
    return readdirSync(join(optFolder, "extensions"), { withFileTypes: true }).some((entry) => !entry.isDirectory());
  } catch {
    return false;
  }
}
