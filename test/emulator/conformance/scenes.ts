// All scenes, in the order of the contract.
import type { Scene } from "./row.ts";
import { runtimeScenes } from "./scenes/runtime.ts";
import { wrongOrderScenes } from "./scenes/wrong-order.ts";

export const scenes: readonly Scene[] = [...runtimeScenes, ...wrongOrderScenes];
