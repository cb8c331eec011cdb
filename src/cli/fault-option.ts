// --fault: a bad day for this command alone, to rehearse a release with.
import { randomUUID } from "node:crypto";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Fault } from "../emulator/faults/fault.ts";
import { faultHeader } from "../emulator/faults/fault-header.ts";
import { readFaults, writeFaults } from "../emulator/faults/read-fault.ts";
import { usageError } from "../model/errors.ts";

/** The option, which can be given several times. */
export function faultOption() {
  return new Option(
    "--fault <fault>",
    "rehearse a bad day with --local: what becomes of this command's calls, as local start --help says; repeatable",
  ).argParser(addFaults);
}

function addFaults(text: string, before: readonly Fault[] = []): readonly Fault[] {
  const read = readFaults(text);
  if ("complaint" in read) throw new InvalidArgumentError(read.complaint);
  return [...before, ...read.faults];
}

/**
 * What the command sends along with every request: the faults travel with the calls that they are for, so that they hit no other
 * command's, and end with it however it ends.
 * @throws usageError on AWS, which has its bad days by itself.
 */
export function faultHeaders(
  faults: readonly Fault[] | undefined,
  isLocal: boolean,
): Record<string, string> | undefined {
  if (!faults || faults.length === 0) return undefined;
  if (!isLocal) {
    throw usageError("--fault is for rehearsals with the endpoint on this machine.", {
      code: "FaultsNeedLocal",
      hint: "Add --local, or leave --fault out.",
    });
  }
  return { [faultHeader]: `${randomUUID()} ${writeFaults(faults)}` };
}
