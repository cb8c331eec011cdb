// The isolation levels that a test runs at.
import { bubblewrapWorks, namespacesWork, networksWork } from "../../../support/tools.ts";

const none = { level: "none", skip: process.platform !== "linux", why: "" } as const;
const bwrap = { level: "bwrap", skip: !bubblewrapWorks(), why: " (needs bubblewrap)" } as const;
const namespace = { level: "namespace", skip: !namespacesWork(), why: " (needs namespaces)" } as const;

/** Each with whether this machine can't do it, and what to add to the test's name then: for tests of the places themselves. */
export const everyLevel = [none, bwrap, namespace] as const;

/** Those that make a place apart from this machine. */
export const placeLevels = [bwrap, namespace] as const;

/** The same, where environments can have networks of their own. */
export const networkLevels = placeLevels.map(({ level, skip, why }) =>
  skip || networksWork(level)
    ? { level, skip, why }
    : { level, skip: true, why: " (needs nsenter, ip and network namespaces)" },
);

/**
 * For everything else: `namespace` has the same shell inside as `bwrap`, and its turn would take a third of CI's time. All of them where
 * LAMBDA_EXT_TEST_LEVELS is `all`.
 */
export const levels = process.env.LAMBDA_EXT_TEST_LEVELS === "all" ? everyLevel : ([none, bwrap] as const);
