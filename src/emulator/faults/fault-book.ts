// The faults that are in force: the endpoint's own, and those that single commands have brought along for their own calls.
import { LambdaExtError, usageError } from "../../model/errors.ts";
import { nearest } from "../../model/nearest.ts";
import { AwsError } from "../wire/aws-error.ts";
import type { Fault } from "./fault.ts";
import { type CountedFault, FaultSet, type FaultyCall, fits, type Meeting, unharmed } from "./fault-set.ts";
import { readFaults } from "./read-fault.ts";

/** What services there are, and the names of their operations. */
export type KnownOperations = Readonly<Record<string, { readonly operations: readonly string[] }>>;

/** Of so many commands the counts are kept: what a command that has ended leaves behind is a few numbers in memory. */
const mostRuns = 100;

/** Looks up what becomes of a call. */
export class FaultBook {
  private readonly known: KnownOperations;
  private own: FaultSet;
  private readonly runs = new Map<string, FaultSet>();

  /** @throws LambdaExtError `InvalidFault`. */
  constructor(known: KnownOperations, faults: readonly Fault[]) {
    this.known = known;
    this.own = new FaultSet(this.checked(faults));
  }

  /** Puts others in the place of the endpoint's own. @throws LambdaExtError `InvalidFault`. */
  set(faults: readonly Fault[]): void {
    this.own = new FaultSet(this.checked(faults));
  }

  get counts(): readonly CountedFault[] {
    return this.own.counts;
  }

  /**
   * What becomes of a call. `brought` is the header in which a command names its run and its own faults, which have the last word.
   * @throws AwsError for a header that nobody can read.
   */
  meet(brought: string | string[] | undefined, call: () => FaultyCall): Meeting {
    if (brought === undefined && this.own.empty) return unharmed;
    const described = call();
    const general = this.own.meet(described);
    if (brought === undefined) return general;
    const { latency, hit } = this.runOf(String(brought)).meet(described);
    return { latency: latency > 0 ? latency : general.latency, hit: hit ?? general.hit };
  }

  private runOf(brought: string): FaultSet {
    const found = this.runs.get(brought);
    if (found) return found;
    const read = readFaults(brought.slice(brought.indexOf(" ") + 1));
    if ("complaint" in read) throw new AwsError("InvalidFault", read.complaint);
    try {
      const run = new FaultSet(this.checked(read.faults));
      this.runs.set(brought, run);
      for (const oldest of [...this.runs.keys()].slice(0, -mostRuns)) this.runs.delete(oldest);
      return run;
    } catch (error) {
      if (error instanceof LambdaExtError)
        throw new AwsError(error.code, `${error.message} ${error.hint ?? ""}`.trim());
      throw error;
    }
  }

  /** A service or an operation that there is not would never be hit, and somebody would believe that all went well. */
  private checked(faults: readonly Fault[]): readonly Fault[] {
    for (const { service, op } of faults) {
      const services = Object.keys(this.known).filter((name) => fits(service, name));
      if (services.length === 0) throw unknown("service", service ?? "", Object.keys(this.known));
      const operations = services.flatMap((name) => this.known[name]?.operations ?? []);
      if (!operations.some((name) => fits(op, name))) throw unknown("operation", op ?? "", operations);
    }
    return faults;
  }
}

function unknown(what: string, name: string, there: readonly string[]): LambdaExtError {
  const near = nearest(name, there);
  return usageError(`A fault names the ${what} ${name}, which the local endpoint does not have.`, {
    code: "InvalidFault",
    hint: near ? `Did you mean ${near}?` : "No call would ever meet it.",
  });
}
