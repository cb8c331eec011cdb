// The arrows of the architecture: which room in src/ may import which. `npm run check:arrows` runs them.

/** Room → the rooms that it may import, besides itself. */
export const arrows = {
  model: [],
  project: ["model"],
  build: ["model", "project"],
  layer: ["model"],
  check: ["model", "layer"],
  publish: ["model", "aws"],
  functions: ["model", "aws"],
  aws: ["model"],
  emulator: ["model", "layer"],
  scaffold: ["model", "project"],
};

const rooms = Object.keys(arrows);

/** What dependency-cruiser reads. */
export const forbidden = [
  ...rooms.map((room) => ({
    name: `arrows-of-${room}`,
    comment: `${room}/ may import ${["itself", ...arrows[room]].join(", ")} and nothing else of src/.`,
    severity: "error",
    from: { path: `(^|/)src/${room}/` },
    to: { path: "(^|/)src/", pathNot: `(^|/)src/(${[room, ...arrows[room]].join("|")})/` },
  })),
  {
    name: "sdk-in-aws-only",
    comment: "Only aws/ knows the SDK: everything else speaks our words.",
    severity: "error",
    from: { path: "(^|/)src/", pathNot: "(^|/)src/aws/" },
    to: { path: "@aws-sdk/" },
  },
  {
    name: "nobody-imports-cli",
    comment: "The shell is at the end of every arrow.",
    severity: "error",
    from: { path: "(^|/)src/", pathNot: "(^|/)src/cli/" },
    to: { path: "(^|/)src/cli/" },
  },
  {
    name: "emulator-by-cli-only",
    comment: "Local and remote are one path: whoever talks to AWS doesn't know the endpoint from inside.",
    severity: "error",
    from: { path: "(^|/)src/", pathNot: "(^|/)src/(cli|emulator)/" },
    to: { path: "(^|/)src/emulator/" },
  },
  {
    name: "no-cycles",
    comment: "One direction, no coming back.",
    severity: "error",
    from: { path: "(^|/)src/" },
    to: { circular: true },
  },
];

export const options = {
  doNotFollow: { path: "node_modules" },
  tsPreCompilationDeps: true,
  moduleSystems: ["es6", "cjs"],
  exclude: { path: "templates" },
  enhancedResolveOptions: { extensions: [".ts", ".js", ".mjs"], conditionNames: ["import", "node", "default"] },
};
