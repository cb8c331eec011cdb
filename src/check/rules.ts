// All rules, in the order in which their findings are told.
import { architecture } from "./rules/architecture.ts";
import { declaredRuntimes } from "./rules/declared-runtimes.ts";
import { escaping } from "./rules/escaping.ts";
import { executeBit } from "./rules/execute-bit.ts";
import { extensionsFolder } from "./rules/extensions-folder.ts";
import { glibc } from "./rules/glibc.ts";
import { interpreter } from "./rules/interpreter.ts";
import { layerSettings } from "./rules/layer-settings.ts";
import { libraries } from "./rules/libraries.ts";
import { lineEnds } from "./rules/line-ends.ts";
import { nothingToStart } from "./rules/nothing-to-start.ts";
import { readable } from "./rules/readable.ts";
import { runnable } from "./rules/runnable.ts";
import { samePath } from "./rules/same-path.ts";
import { sizes } from "./rules/sizes.ts";
import type { Rule } from "./subject.ts";

export const rules: readonly Rule[] = [
  nothingToStart,
  extensionsFolder,
  executeBit,
  runnable,
  architecture,
  glibc,
  libraries,
  lineEnds,
  interpreter,
  readable,
  escaping,
  samePath,
  sizes,
  declaredRuntimes,
  layerSettings,
];
