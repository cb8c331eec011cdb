// Finds the function's handler: `folder/file.name.of.function`, in an ES module or a CommonJS one.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { named } from "./errors.mjs";

/** Loads the handler; throws errors of the types that Lambda names. `isModern`: from nodejs24.x on the default export is looked at too. */
export async function loadHandler(taskRoot, { name, isModern }) {
  if (name.includes("..")) {
    throw named(
      "Runtime.MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(name);
  const dot = file.indexOf(".");
  if (dot < 0) throw named("Runtime.MalformedHandlerName", "Bad handler");
  const folder = name.slice(0, name.indexOf(file));
  const module = await loadModule(taskRoot, { folder, stem: file.slice(0, dot), isModern });
  const path = file.slice(dot + 1);
  const handler = find(module, path) || (isModern && find(module?.default, path));
  if (!handler) throw named("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw named("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

const require = createRequire(import.meta.url);
const find = (module, path) => path.split(".").reduce((value, key) => value?.[key], module);

/** In the order of AWS's client: without an ending, .js, .mjs, .cjs, then as `require` would find it. */
async function loadModule(taskRoot, { folder, stem, isModern }) {
  const path = resolve(taskRoot, folder, stem);
  try {
    // From nodejs24.x on everything is imported: a folder of the handler's name is an error, for example.
    const found = isModern && ["", ".js", ".mjs", ".cjs"].find((ending) => existsSync(path + ending));
    if (typeof found === "string") return await importFile(path + found);
    if (existsSync(path)) return require(path);
    const isModule = isModulePackage(dirname(path), taskRoot);
    if (existsSync(`${path}.js`)) return isModule ? await importFile(`${path}.js`) : require(`${path}.js`);
    if (existsSync(`${path}.mjs`)) return await importFile(`${path}.mjs`);
    if (existsSync(`${path}.cjs`)) return require(`${path}.cjs`);
    return require(require.resolve(stem, { paths: [taskRoot, resolve(taskRoot, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) throw typed("Runtime.UserCodeSyntaxError", error);
    // An import that fails is an Error with the code ERR_MODULE_NOT_FOUND, on Lambda too.
    if (error?.code === "MODULE_NOT_FOUND") throw typed("Runtime.ImportModuleError", error);
    throw error;
  }
}

async function importFile(file) {
  return await import(pathToFileURL(file).href);
}

/** Whether the nearest package.json says `"type": "module"`; from the code's folder the search goes no further up, nor out of node_modules. */
function isModulePackage(folder, taskRoot) {
  for (let at = folder; basename(at) !== "node_modules"; at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file)) {
      try {
        return JSON.parse(readFileSync(file, "utf8"))?.type === "module";
      } catch {
        // What can't be read says nothing.
        return false;
      }
    }
    if (at === resolve(taskRoot) || at === dirname(at)) return false;
  }
  return false;
}

function typed(type, cause) {
  const error = named(type, String(cause));
  // Names the line of the code, which AWS's own does not.
  if (cause instanceof SyntaxError) error.stack = `${error.name}: ${error.message}\n${cause.stack}`;
  return error;
}
