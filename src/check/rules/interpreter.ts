// Scripts whose interpreter is not there in Lambda.
import { runtimeNamed } from "../../model/runtimes.ts";
import type { Script } from "../content.ts";
import { type Asked, familyOf, hasInterpreter, interpreterOf, runtimesWith } from "../interpreter.ts";
import { type Found, isProgram, isStarted, type Rule, type Subject } from "../subject.ts";

export const interpreter: Rule = {
  name: "script-interpreter",
  find: (subject) =>
    subject.files.filter(isProgram).flatMap((file) => {
      if (file.content?.type !== "script") return [];
      // A script that Lambda does not start itself may never be started: node_modules is full of them.
      return look(file.content, subject).map((found) => ({
        ...found,
        file: file.path,
        severity: isStarted(file) ? found.severity : "warning",
      }));
    }),
};

/** What every base system has, and where. */
const everywhere = new Set(["/bin/sh", "/usr/bin/sh", "/bin/bash", "/usr/bin/bash"]);
const envs = new Set(["/usr/bin/env", "/bin/env"]);

function look(script: Script, subject: Subject): Found[] {
  const asked = interpreterOf(script);
  const { name, path } = asked;
  if (name === "") return [absent("names no interpreter", "Write one, such as #!/bin/sh.")];
  if (script.interpreter.endsWith("/env") && !envs.has(script.interpreter)) {
    return [absent(`asks for ${script.interpreter}, which Lambda does not have`, "Write #!/usr/bin/env.")];
  }
  // Homebrew and MacPorts keep their programs below /opt too.
  if (path?.startsWith("/opt/") && !/^\/opt\/(homebrew|local)\//.test(path)) return inLayer(path, subject);
  if (name === "sh" || name === "bash") {
    if (path === undefined || everywhere.has(path)) return [];
    return [absent(`asks for ${path}, which Lambda does not have`, `Write #!/bin/${name}.`)];
  }
  return familyOf(name) === undefined
    ? [
        absent(
          `asks for ${path ?? name}, which no runtime of Lambda has`,
          "Write it for sh or bash, bring the interpreter along in /opt, or compile a program.",
        ),
      ]
    : inRuntimes(asked, subject);
}

function absent(what: string, mend: string): Found {
  return { severity: "error", message: `${what}: it cannot be started ("no such file or directory")`, mend };
}

/** An interpreter that the archive brings along, or that another layer is to bring. */
function inLayer(path: string, { files, kind }: Subject): Found[] {
  if (kind !== "function" && files.some((file) => `/opt/${file.path}` === path)) return [];
  return [
    {
      severity: "warning",
      message: `asks for ${path}, which is not in this archive: it cannot be started unless another layer brings it`,
      mend: "Pack it into the archive, or attach the layer that has it together with this one.",
    },
  ];
}

function inRuntimes({ name, path }: Asked, { compatibleRuntimes }: Subject): Found[] {
  // The runtimes keep their interpreters in /var/lang/bin, which is on the PATH.
  if (path !== undefined && path !== `/var/lang/bin/${name}`) {
    return [
      absent(`asks for ${path}; where Lambda has ${name}, it is in /var/lang/bin`, `Write #!/usr/bin/env ${name}.`),
    ];
  }
  const having = runtimesWith(name);
  if (compatibleRuntimes.length === 0) {
    return [
      {
        severity: "warning",
        message: `needs ${name}: it can be started only in ${having.join(", ") || "no runtime"}`,
        mend: "Name these as layer.compatibleRuntimes, or write it for sh or bash, or compile a program, for use in all runtimes.",
      },
    ];
  }
  const lacking = compatibleRuntimes.filter((each) => {
    const runtime = runtimeNamed(each);
    return runtime && !hasInterpreter(runtime, name);
  });
  if (lacking.length === 0) return [];
  return [
    {
      severity: "error",
      message: `needs ${name}, which is not there in ${lacking.join(", ")}: it cannot be started in functions of these runtimes`,
      mend: "Take these out of layer.compatibleRuntimes, or write it for sh or bash, or compile a program.",
    },
  ];
}
