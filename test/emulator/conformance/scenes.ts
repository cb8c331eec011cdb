// All scenes, in the order of the contract.
import type { Scene } from "./row.ts";
import { crashScenes } from "./scenes/crashes.ts";
import { environmentScenes } from "./scenes/environment.ts";
import { extensionErrorScenes } from "./scenes/extension-errors.ts";
import { extensionScenes } from "./scenes/extensions.ts";
import { invokeScenes } from "./scenes/invoke-api.ts";
import { phaseScenes } from "./scenes/phases.ts";
import { runtimeScenes } from "./scenes/runtime.ts";
import { subscriptionScenes } from "./scenes/subscriptions.ts";
import { telemetryScenes } from "./scenes/telemetry.ts";
import { wrongOrderScenes } from "./scenes/wrong-order.ts";

export const scenes: readonly Scene[] = [
  ...runtimeScenes,
  ...wrongOrderScenes,
  ...extensionScenes,
  ...extensionErrorScenes,
  ...crashScenes,
  ...phaseScenes,
  ...subscriptionScenes,
  ...telemetryScenes,
  ...environmentScenes,
  ...invokeScenes,
];
