// The runtimes of Lambda and the base system under each: which glibc and which interpreters a layer's files meet there.

/** The operating system image under a runtime. */
export interface BaseSystem {
  readonly name: "Amazon Linux 1" | "Amazon Linux 2" | "Amazon Linux 2023";
  /** The glibc that it carries, as [major, minor]. */
  readonly glibc: readonly [number, number];
}

const al1: BaseSystem = { name: "Amazon Linux 1", glibc: [2, 17] };
const al2: BaseSystem = { name: "Amazon Linux 2", glibc: [2, 26] };
const al2023: BaseSystem = { name: "Amazon Linux 2023", glibc: [2, 34] };

/** An interpreter family that exists in its own runtimes only. */
export type Interpreter = "node" | "python" | "java" | "ruby" | "dotnet";

export interface Runtime {
  readonly name: string;
  readonly base: BaseSystem;
  /** Absent for the OS-only runtimes. */
  readonly interpreter: Interpreter | undefined;
}

function family(interpreter: Interpreter | undefined, base: BaseSystem, names: readonly string[]): Runtime[] {
  return names.map((name) => ({ name, base, interpreter }));
}

/**
 * The runtimes that the service model names (botocore 1.44.5, November 2026), those that can still be used or listed. A name that is
 * missing here is a reason to warn, never to refuse: AWS adds runtimes more often than we release.
 */
export const runtimes: readonly Runtime[] = [
  ...family("node", al2, ["nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x"]),
  ...family("node", al2023, ["nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x"]),
  ...family("python", al1, ["python3.7"]),
  ...family("python", al2, ["python3.8", "python3.9", "python3.10", "python3.11"]),
  ...family("python", al2023, ["python3.12", "python3.13", "python3.14", "python3.15"]),
  ...family("java", al2, ["java8.al2", "java11", "java17"]),
  ...family("java", al2023, ["java8.al2023", "java11.al2023", "java17.al2023", "java21", "java25"]),
  ...family("dotnet", al2, ["dotnet6"]),
  ...family("dotnet", al2023, ["dotnet8", "dotnet10"]),
  ...family("ruby", al2, ["ruby2.7", "ruby3.2"]),
  ...family("ruby", al2023, ["ruby3.3", "ruby3.4", "ruby4.0"]),
  ...family(undefined, al2, ["provided.al2"]),
  ...family(undefined, al2023, ["provided.al2023"]),
];

/** A runtime by its name; undefined where we don't know it. */
export function runtimeNamed(name: string): Runtime | undefined {
  return runtimes.find((runtime) => runtime.name === name);
}
