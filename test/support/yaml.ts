// Reads YAML with Python's reader, which comes with what judges our CloudFormation.
import { execFileSync } from "node:child_process";
import { findTool } from "./tools.ts";

const reader = ["python3", "python"].map(findTool).find((python) => python !== undefined && hasYaml(python));

/** Whether there is no reader here: for `describe.skipIf(missingYaml)`. */
export const missingYaml = reader === undefined;

/** The document: objects, lists, and every other value as the text that stands there. */
export function readYaml(text: string): unknown {
  const script = "import json, sys, yaml; json.dump(yaml.load(sys.stdin, Loader=yaml.BaseLoader), sys.stdout)";
  return JSON.parse(execFileSync(reader ?? "python3", ["-c", script], { input: text, encoding: "utf8" }));
}

function hasYaml(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import yaml"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
