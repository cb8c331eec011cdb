// What every command that talks to AWS begins with: the project around it, the target, a connection.
// None of these is heavy: the SDK comes with the calls that are made.
import { type Connection, connect } from "../aws/connection.ts";
import type { InvocationTrace } from "../model/invocation-trace.ts";
import { loadProject } from "../project/load.ts";
import type { Project } from "../project/project.ts";
import type { CommandContext } from "./command.ts";
import { localTrace } from "./local-trace.ts";
import { localWarnings } from "./local-warnings.ts";
import { isLocal, resolveTarget } from "./target.ts";

/** A command's project and its way to AWS. */
export interface Remote {
  readonly project: Project;
  readonly connection: Connection;
  /** The region that the command is about where nothing says otherwise. */
  readonly region: string;
  /** What the target has warned of since it was connected: AWS does not. */
  warnings(): Promise<readonly string[]>;
  /** What happened in an invocation, as soon as it is over: the local target's alone. */
  trace(requestId: string): Promise<InvocationTrace | undefined>;
}

/** More than the SDK's three: an account's fifteen control-plane calls a second are soon used up. */
const attempts = 6;

/** Reads the project and connects; the local endpoint is started where it is meant and none runs. */
export async function openRemote(context: CommandContext): Promise<Remote> {
  return await connectProject(context, await openProject(context));
}

/** The project around the working folder. */
export async function openProject({ cwd, globals }: CommandContext): Promise<Project> {
  return await loadProject({ cwd, configFile: globals.config });
}

/** Connects a project; `fallbackRegion` is for commands that are told their regions otherwise. */
export async function connectProject(
  context: CommandContext,
  project: Project,
  fallbackRegion?: string,
): Promise<Remote> {
  const target = await resolveTarget(context, { ...project, region: project.region ?? fallbackRegion });
  const connection = connect(target, {
    signal: context.signal,
    // What the user has said to the SDK counts.
    attempts: context.env.AWS_MAX_ATTEMPTS ? undefined : attempts,
    whenDenied: context.command && `All that it takes: lambda-ext iam-policy ${context.command}`,
  });
  const since = Date.now();
  return {
    project,
    connection,
    region: target.region,
    warnings: async () => (isLocal(context, project) ? await localWarnings(context, since) : []),
    trace: async (requestId) => (isLocal(context, project) ? await localTrace(context, requestId) : undefined),
  };
}
