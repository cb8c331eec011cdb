// All environments of the endpoint: which one an invocation gets, when there is another one, and when there are too many. See the README.
import type { FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import { PrivateNetworkUnavailable } from "../sandbox/network/network-supply.ts";
import type { BuiltEnvironment, EnvironmentUser } from "./build-environment.ts";
import { endingError, everybodyBusy, reservedReached } from "./pool-errors.ts";
import { PooledEnvironment, patienceMilliseconds } from "./pooled-environment.ts";

interface PoolOptions {
  create(snapshot: FunctionSnapshot, user: EnvironmentUser): Promise<BuiltEnvironment>;
  /** Whether a function version can have more than one at a time; where not, its invocations queue. */
  readonly sideBySide: () => boolean;
  /** The most that live at a time. */
  readonly environments: number;
  readonly idleMilliseconds: number;
  /** What the person should know, once. */
  readonly warnOnce: (message: string) => void;
}

/** An invocation that has no environment yet. */
interface Waiting {
  readonly snapshot: FunctionSnapshot;
  readonly request: InvokeRequest;
  /** Rises: who came first is served first. */
  readonly arrival: number;
  /** While it runs, an environment that is about to be free is waited for. */
  patience: NodeJS.Timeout | undefined;
  resolve(answer: Promise<InvokeResult>): void;
  reject(error: unknown): void;
}

/** One function version. */
interface Lane {
  readonly functionArn: string;
  /** The newest that was asked for. */
  revisionId: string;
  readonly members: Set<PooledEnvironment>;
  readonly waiting: Waiting[];
}

/** The environments of all functions. */
export class Pool {
  private readonly options: PoolOptions;
  private readonly lanes = new Map<string, Lane>();
  /** Invocations without an answer, by function. */
  private readonly unanswered = new Map<string, number>();
  private arrivals = 0;
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /**
   * Runs the function in an idle environment of its own, the one used last first, or in another one.
   * @throws LambdaExtError `ReservedFunctionConcurrentInvocationLimitExceeded`, `ConcurrentInvocationLimitExceeded`.
   */
  async invoke(snapshot: FunctionSnapshot, request: InvokeRequest): Promise<InvokeResult> {
    if (this.closed) throw endingError();
    const { functionArn, reservedConcurrency } = snapshot;
    const before = this.unanswered.get(functionArn) ?? 0;
    if (reservedConcurrency !== undefined && before >= reservedConcurrency) throw reservedReached(snapshot);
    const lane = this.laneOf(snapshot);
    const free = freeOne(lane);
    if (!free && !this.mustQueue(lane) && this.busy() >= this.options.environments) {
      this.tidy(lane);
      throw everybodyBusy(snapshot, this.options.environments);
    }
    this.unanswered.set(functionArn, before + 1);
    try {
      return await (free ? free.run(request) : this.wait(lane, { snapshot, request }));
    } finally {
      const left = (this.unanswered.get(functionArn) ?? 1) - 1;
      if (left > 0) this.unanswered.set(functionArn, left);
      else this.unanswered.delete(functionArn);
    }
  }

  /** Ends the environments of a function, all its versions', after the invocations that are under way. */
  async retire(functionArn: string): Promise<void> {
    const chosen = this.members().filter(({ snapshot }) => snapshot.functionArn === functionArn);
    for (const member of chosen) member.retire();
    await Promise.all(chosen.map(({ gone }) => gone));
  }

  /** Ends all of them now: what runs fails, what waits is refused. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { waiting } of this.lanes.values()) {
      for (const one of waiting.splice(0)) {
        clearTimeout(one.patience);
        one.reject(endingError());
      }
    }
    const members = this.members();
    for (const member of members) member.interrupt();
    await Promise.all(members.map(({ gone }) => gone));
  }

  /** The lane of a version, as it is. */
  private findLane({ functionArn, version, revisionId }: FunctionSnapshot): Lane {
    const key = `${functionArn}:${version}`;
    let lane = this.lanes.get(key);
    if (!lane) {
      lane = { functionArn, revisionId, members: new Set(), waiting: [] };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private laneOf(snapshot: FunctionSnapshot): Lane {
    const { revisionId } = snapshot;
    const lane = this.findLane(snapshot);
    if (lane.revisionId !== revisionId) {
      // Code or configuration has changed: what lives is the old function.
      lane.revisionId = revisionId;
      for (const member of lane.members) if (member.snapshot.revisionId !== revisionId) member.retire();
    }
    return lane;
  }

  private wait(lane: Lane, { snapshot, request }: Pick<Waiting, "snapshot" | "request">): Promise<InvokeResult> {
    return new Promise((resolve, reject) => {
      const one: Waiting = { snapshot, request, arrival: this.arrivals++, resolve, reject, patience: undefined };
      if (finishing(lane) > lane.waiting.length) {
        one.patience = setTimeout(() => {
          one.patience = undefined;
          this.serve();
        }, patienceMilliseconds);
      }
      lane.waiting.push(one);
      this.serve();
    });
  }

  /** Gives those who wait what they can have. */
  private serve(): void {
    let wanted = 0;
    for (const lane of this.lanes.values()) {
      let soonFree = finishing(lane);
      let resets = resetting(lane);
      for (const one of [...lane.waiting]) {
        const free = freeOne(lane);
        if (free) {
          leave(lane, one);
          one.resolve(free.run(one.request));
        } else if (soonFree > 0 && (one.patience || resets > 0)) {
          soonFree--;
          if (!one.patience) resets--;
        } else if (!this.mayGrow(lane, one.snapshot)) {
          // What it waits for comes by here.
        } else if (this.members().length < this.options.environments) {
          leave(lane, one);
          void this.grow(lane, one);
        } else {
          wanted++;
        }
      }
      this.tidy(lane);
    }
    if (wanted > 0) this.makeRoom(wanted);
  }

  /** Ends idle environments, those used longest ago first, until enough are on their way out. */
  private makeRoom(wanted: number): void {
    const members = this.members();
    const ending = members.filter(({ state }) => state === "ending").length;
    const idle = members.filter(({ state }) => state === "idle").sort((a, b) => a.usedAt - b.usedAt);
    for (const member of idle.slice(0, Math.max(0, wanted - ending))) member.retire();
  }

  private async grow(lane: Lane, one: Waiting): Promise<void> {
    const { snapshot, request } = one;
    const { idleMilliseconds, create } = this.options;
    const member = new PooledEnvironment({
      ...{ snapshot, idleMilliseconds },
      onChange: () => {
        if (member.state === "gone") lane.members.delete(member);
        this.serve();
      },
    });
    lane.members.add(member);
    // It has waited, and the function has changed meanwhile: what it was called with is for it alone.
    if (snapshot.revisionId !== lane.revisionId) member.retire();
    try {
      await member.start(() =>
        create(snapshot, { onBroken: () => member.retire(), makeRoom: (other) => member.makeRoom(other) }),
      );
    } catch (error) {
      if (!(error instanceof PrivateNetworkUnavailable) || this.closed) {
        one.reject(error);
        return;
      }
      // It queues from now on.
      this.options.warnOnce(
        `${error.message} Invocations of one function wait for each other. ${error.hint ?? ""}`.trim(),
      );
      const { waiting } = this.findLane(snapshot);
      const later = waiting.findIndex(({ arrival }) => arrival > one.arrival);
      waiting.splice(later < 0 ? waiting.length : later, 0, one);
      this.serve();
      return;
    }
    if (this.closed) {
      one.reject(endingError());
      member.discard();
    } else {
      one.resolve(member.run(request));
    }
  }

  /** Whether the lane has what it can have, so that an invocation waits for that. */
  private mustQueue(lane: Lane): boolean {
    return lane.members.size > 0 && !this.options.sideBySide();
  }

  private mayGrow(lane: Lane, { functionArn, reservedConcurrency }: FunctionSnapshot): boolean {
    if (this.mustQueue(lane)) return false;
    if (reservedConcurrency === undefined) return true;
    const own = this.members().filter(({ snapshot, state }) => snapshot.functionArn === functionArn && isInUse(state));
    return own.length < reservedConcurrency;
  }

  /** Environments at work, and invocations that have been promised one. */
  private busy(): number {
    const working = this.members().filter(({ state }) => state === "starting" || state === "running").length;
    const promised = [...this.lanes.values()].filter((lane) => !this.mustQueue(lane));
    return promised.reduce((sum, { waiting }) => sum + waiting.length, working);
  }

  private members(): PooledEnvironment[] {
    return [...this.lanes.values()].flatMap(({ members }) => [...members]);
  }

  private tidy(lane: Lane): void {
    if (lane.members.size > 0 || lane.waiting.length > 0) return;
    for (const [key, known] of this.lanes) if (known === lane) this.lanes.delete(key);
  }
}

function isInUse(state: PooledEnvironment["state"]): boolean {
  return state === "starting" || state === "running" || state === "finishing";
}

/**
 * An idle environment. One in this machine's network goes before those with networks of their own, from which nothing else can be reached:
 * who invokes one after the other always has the same. Among these the one that was used last.
 */
function freeOne({ members }: Lane): PooledEnvironment | undefined {
  let best: PooledEnvironment | undefined;
  for (const member of members) {
    if (member.state !== "idle" || !member.isUsable) continue;
    if (!best || rank(member) > rank(best)) best = member;
  }
  return best;
}

function rank({ isInMachineNetwork, usedAt }: PooledEnvironment): number {
  return usedAt + (isInMachineNetwork ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

function finishing({ members }: Lane): number {
  let count = 0;
  for (const { state, isUsable } of members) if (state === "finishing" && isUsable) count++;
  return count;
}

/** After a failure the same environment goes on, with its /tmp: whoever invokes again at once waits until it can. */
function resetting({ members }: Lane): number {
  let count = 0;
  for (const { isResetting, isUsable } of members) if (isResetting && isUsable) count++;
  return count;
}

function leave({ waiting }: Lane, one: Waiting): void {
  clearTimeout(one.patience);
  waiting.splice(waiting.indexOf(one), 1);
}
