// The way from source to answer, as the command lines that a person would type.
import type { IsolationLevel } from "../../emulator/execution.ts";
import type { Architecture } from "../../model/architecture.ts";

/** One command line of the tour. */
export interface TryStep {
  /** What this step is for, said before it. */
  readonly title: string;
  readonly argv: readonly string[];
  /** Where it is typed: beside the new project, or inside it. */
  readonly folder: "outside" | "project";
  /** What its time stands for in the summary. */
  readonly invocation?: "cold" | "warm";
}

/** What the tour depends on. */
export interface TrySurroundings {
  /** This machine's own, so that nothing has to be emulated. */
  readonly architecture: Architecture;
  /** Major version of this machine's Node.js. */
  readonly nodeMajor: number;
  readonly isolation: IsolationLevel;
  /** A file of the tour's own for the parameter, where `/tmp` is everybody's. */
  readonly configFile: string;
}

/** The folder that `init` makes. */
export const projectName = "demo-extension";

const functionName = "demo";
const roleName = "demo-role";
const parameter = "/lambda-ext/demo/config";

/** The command lines, in order. */
export function trySteps({ architecture, nodeMajor, isolation, configFile }: TrySurroundings): readonly TryStep[] {
  const local = (...argv: string[]) => [...argv, "--local"];
  // Lambda has even majors only, and 22 is the oldest that it still offers.
  const runtime = `nodejs${Math.max(22, nodeMajor - (nodeMajor % 2))}.x`;
  const create = local(
    "create-function",
    functionName,
    "--source",
    "examples/nodejs",
    "--runtime",
    runtime,
    "--role",
    roleName,
  );
  if (architecture === "arm64") create.push("--arch", "arm64");
  const attach = local("attach", "--function", functionName);
  if (isolation === "none") attach.push("--env", `CONFIG_FILE=${configFile}`);
  return [
    {
      title: "A project: an extension that fetches a parameter before the function starts",
      argv: ["init", projectName, "--template", "parameter-store"],
      folder: "outside",
    },
    { title: "Build it for amd64 and arm64", argv: ["build"], folder: "project" },
    { title: "Find what would break in Lambda", argv: ["check"], folder: "project" },
    {
      title: "Publish a layer for each architecture, in two regions",
      argv: local("publish", "--regions", "us-east-1,eu-central-1"),
      folder: "project",
    },
    {
      title: "The parameter that the extension will fetch",
      argv: local(
        "put-parameter",
        parameter,
        "--value",
        '{"greeting":"hello from Parameter Store"}',
        "--type",
        "SecureString",
      ),
      folder: "project",
    },
    {
      title: "A role with what the extension needs, and no more",
      argv: local("create-role", roleName),
      folder: "project",
    },
    { title: "A function in Node.js that knows nothing of extensions", argv: create, folder: "project" },
    { title: "Attach the layer to it", argv: attach, folder: "project" },
    {
      title: "Invoke it, cold: the extension starts first, then the function",
      argv: local("invoke", "--function", functionName),
      folder: "project",
      invocation: "cold",
    },
    {
      title: "Invoke it again, warm",
      argv: local("invoke", "--function", functionName),
      folder: "project",
      invocation: "warm",
    },
    { title: "What both of them logged", argv: local("logs", "--function", functionName), folder: "project" },
  ];
}
