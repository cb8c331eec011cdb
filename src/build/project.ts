// Source → programs: whatever a project's builder is.
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "../model/architecture.ts";
import type { Binary } from "../model/artifact.ts";
import type { Progress } from "../model/progress.ts";
import { withTemporaryFolder } from "../model/temporary.ts";
import { findGoProgram, type GoProgram } from "../project/go/program.ts";
import { folderName } from "../project/name.ts";
import type { Project } from "../project/project.ts";

/** What is going to be built. */
export interface Plan {
  /** The project's name. */
  readonly name: string;
  /** Undefined for a layer of plain files. */
  readonly program: GoProgram | undefined;
}

/**
 * Finds what there is to build.
 * @throws LambdaExtError as `findGoProgram` does.
 */
export async function planBuild(project: Project): Promise<Plan> {
  if (!project.build) return { name: folderName(project), program: undefined };
  const program = await findGoProgram(project, project.build);
  return { name: program.name, program };
}

interface CompileRequest {
  readonly project: Project;
  readonly plan: Plan;
  readonly architectures: readonly Architecture[];
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What `use` made of each architecture's program. */
export interface Compiled<T> {
  /** Empty where no Go was involved. */
  readonly goVersion: string;
  /** In the order of the architectures. */
  readonly results: readonly T[];
}

/**
 * Compiles for every architecture at once and hands each program to `use` as soon as it is there; a project without a program hands over
 * undefined. The programs themselves are gone when this returns.
 */
export async function compile<T>(
  request: CompileRequest,
  use: (architecture: Architecture, binary: Binary | undefined) => Promise<T>,
): Promise<Compiled<T>> {
  const { project, plan, architectures } = request;
  const { build } = project;
  if (!build || !plan.program) {
    return {
      goVersion: "",
      results: await Promise.all(architectures.map((architecture) => use(architecture, undefined))),
    };
  }
  const { program } = plan;
  const { buildGo } = await import("./go/build.ts");
  return withTemporaryFolder(join(tmpdir(), "lambda-ext-build-"), (directory) =>
    buildGo({ ...request, program, build, directory }, (binary) => use(binary.architecture, binary)),
  );
}
