// Source → programs: whatever a project's builder is.
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "../model/architecture.ts";
import type { Progress } from "../model/progress.ts";
import { withTemporaryFolder } from "../model/temporary.ts";
import { findGoProgram, type GoProgram } from "../project/go/program.ts";
import { folderName } from "../project/name.ts";
import type { Project } from "../project/project.ts";
import type { Made } from "./command/output.ts";

/** What is going to be built. */
export interface Plan {
  /** The project's name. */
  readonly name: string;
  /** Undefined where no Go is built. */
  readonly program: GoProgram | undefined;
}

/**
 * Finds what there is to build.
 * @throws LambdaExtError as `findGoProgram` does.
 */
export async function planBuild(project: Project): Promise<Plan> {
  if (project.build?.builder !== "go") return { name: folderName(project), program: undefined };
  const program = await findGoProgram(project, project.build);
  return { name: program.name, program };
}

interface CompileRequest {
  readonly project: Project;
  readonly plan: Plan;
  /** Where the program lies in the zip; undefined for a layer without one. */
  readonly programPath: string | undefined;
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
 * Builds for every architecture and hands what was made to `use` as soon as it is there; a project of plain files has nothing made. It is
 * gone when this returns.
 */
export async function compile<T>(
  request: CompileRequest,
  use: (architecture: Architecture, made: Made) => Promise<T>,
): Promise<Compiled<T>> {
  const { project, plan, architectures } = request;
  const { build, root } = project;
  if (!build) {
    const nothing = { binary: undefined, tree: undefined };
    return { goVersion: "", results: await Promise.all(architectures.map((each) => use(each, nothing))) };
  }
  return withTemporaryFolder(join(tmpdir(), "lambda-ext-build-"), async (directory) => {
    if (build.builder === "command") {
      const { buildByCommand } = await import("./command/build.ts");
      const results = await buildByCommand({ ...request, name: plan.name, build, root, directory }, use);
      return { goVersion: "", results };
    }
    const { program } = plan;
    if (!program) throw new Error("a plan for go names no program");
    const { buildGo } = await import("./go/build.ts");
    return buildGo({ ...request, program, build, size: project.size, directory }, (binary) =>
      use(binary.architecture, { binary, tree: undefined }),
    );
  });
}
