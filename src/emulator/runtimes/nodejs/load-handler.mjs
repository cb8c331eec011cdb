// Finds the function's handler: `folder/file.name.of.function`, in an ES module or a CommonJS one.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Loads the handler; throws errors of the types that Lambda names. */
export async function loadHandler(taskRoot, name) {
  if (name.includes("..")) {
    throw typed(
      "Runtime.MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(name);
  const dot = file.indexOf(".");
  if (dot <= 0 || dot === file.length - 1) throw typed("Runtime.MalformedHandlerName", "Bad handler");
  const module = await loadModule(taskRoot, join(name.slice(0, name.length - file.length), file.slice(0, dot)));
  const handler = file
    .slice(dot + 1)
    .split(".")
    .reduce((value, key) => value?.[key], module);
  if (handler === undefined) throw typed("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw typed("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

async function loadModule(taskRoot, path) {
  const stem = join(taskRoot, path);
  const require = createRequire(join(taskRoot, "index.js"));
  try {
    if (existsSync(`${stem}.js`)) {
      return isModulePackage(dirname(stem), taskRoot) ? await importFile(`${stem}.js`) : require(`${stem}.js`);
    }
    if (existsSync(`${stem}.mjs`)) return await importFile(`${stem}.mjs`);
    if (existsSync(`${stem}.cjs`)) return require(`${stem}.cjs`);
    if (existsSync(stem)) return require(stem);
    // A layer's or a package's module.
    return require(require.resolve(path, { paths: [taskRoot, dirname(stem)] }));
  } catch (error) {
    if (error instanceof SyntaxError) throw typed("Runtime.UserCodeSyntaxError", String(error), error);
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw typed("Runtime.ImportModuleError", String(error), error);
    }
    throw error;
  }
}

async function importFile(file) {
  return await import(pathToFileURL(file).href);
}

/** Whether the nearest package.json, not above the code's folder, says `"type": "module"`. */
function isModulePackage(folder, taskRoot) {
  for (let at = folder; at.startsWith(taskRoot); at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file)) {
      try {
        return JSON.parse(readFileSync(file, "utf8")).type === "module";
      } catch {
        return false;
      }
    }
    if (at === dirname(at)) break;
  }
  return false;
}

function typed(type, message, cause) {
  const error = new Error(message);
  error.name = type;
  if (cause?.stack) error.stack = cause.stack;
  return error;
}
