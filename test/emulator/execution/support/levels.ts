// The isolation levels that a test runs at.
import { bubblewrapWorks } from "../../../support/tools.ts";

/** Each with whether this machine can't do it, and what to add to the test's name then. */
export const levels = [
  { level: "none", skip: process.platform !== "linux", why: "" },
  { level: "bwrap", skip: !bubblewrapWorks(), why: " (needs bubblewrap)" },
] as const;
