// The resources that commands are about, as patterns of ARNs: narrowed to what a command line names.
import { parseLayerWord } from "../../functions/attach/layer-word.ts";
import { architectures } from "../../model/architecture.ts";
import { formatArn, parseLayerArn } from "../../model/arn.ts";
import type { CommandLine, Place, Resources } from "./need.ts";
import { listOption, textOption, wordsOf } from "./read-option.ts";

/** For actions that IAM knows no resources of. */
export const everything: Resources = { words: "`*`", sid: "All", arns: () => ["*"] };

/** Layers. Lists of versions are judged by the layer, as their denials say; the service authorization reference names nothing for them. */
export const layers: Resources = {
  words: "the layers",
  sid: "Layers",
  arns: (line, place) => layerArns(line, place),
};

/** Their versions: of one number where one is named. */
export const layerVersions: Resources = {
  words: "the layers' versions",
  sid: "LayerVersions",
  arns: (line, place) => layerArns(line, place).map((arn) => `${arn}:${line.options.number ?? "*"}`),
};

/** The version that is to be copied, whosever it is. */
export const original: Resources = {
  words: "the version that is copied",
  sid: "Original",
  arns: (line, { partition }) => [wordsOf(line)[0] ?? `arn:${partition}:lambda:*:*:layer:*:*`],
};

/** The layers that functions are given. */
export const attachedLayers: Resources = {
  words: "the layers",
  sid: "Layers",
  arns: (line, place) => layerWords(line).flatMap((word) => attachedArns(line, place, word)),
};

/** The versions that functions are given. */
export const attachedVersions: Resources = {
  words: "the layers' versions",
  sid: "LayerVersions",
  arns: (line, place) =>
    layerWords(line).flatMap((word) => {
      const { version = "*" } = parseLayerWord(word);
      return attachedArns(line, place, word).map((arn) => `${arn}:${version}`);
    }),
};

/** Functions. */
export const functions: Resources = {
  words: "the function",
  sid: "Functions",
  arns: (line, place) => functionNames(line).flatMap((name) => functionArns(place, name)),
};

/** The function, or one version or alias of it. */
export const invokedFunction: Resources = {
  words: "the function",
  sid: "Functions",
  arns(line, place) {
    const qualifier = textOption(line, "qualifier");
    const arns = functions.arns(line, place);
    return qualifier === undefined ? arns : arns.map((arn) => `${arn}:${qualifier}`);
  },
};

/** Functions, whatever they are called. */
export const allFunctions: Resources = {
  words: "every function",
  sid: "AllFunctions",
  arns: (_, place) => regional(place, "lambda", "function:*"),
};

/** The role that a command is about. */
export const namedRole: Resources = {
  words: "the role",
  sid: "Role",
  arns: (line, place) => roleArns(place, wordsOf(line)[0] ?? "*"),
};

/** The role that a function gets. */
export const functionRole: Resources = {
  words: "the function's role",
  sid: "Role",
  arns: (line, place) => roleArns(place, textOption(line, "role") ?? "*"),
};

/** A parameter: a name that begins with a slash brings its own. */
export const parameter: Resources = {
  words: "the parameter",
  sid: "Parameter",
  arns: (line, place) => regional(place, "ssm", `parameter/${(wordsOf(line)[0] ?? "*").replace(/^\//, "")}`),
};

/** A secret, whose ARN ends with six characters that nobody knows before. */
export const secret: Resources = {
  words: "the secret",
  sid: "Secret",
  arns(line, place) {
    const [name = "*"] = wordsOf(line);
    if (name.startsWith("arn:")) return [name];
    return regional(place, "secretsmanager", name === "*" ? "secret:*" : `secret:${name}-??????`);
  },
};

/** The log group that a function has unless it was given another. */
export const logGroups: Resources = {
  words: "the function's log group",
  sid: "Log",
  arns: (line, place) =>
    functionNames(line).flatMap((name) => {
      const bare = name.replace(/^.*:function:/, "").replace(/:.*$/, "");
      return regional(place, "logs", `log-group:/aws/lambda/${bare}:*`);
    }),
};

/** Large zips on their way: objects of the bucket, in a folder of each layer's own. */
export const parcels: Resources = {
  words: "the layers' objects in the bucket",
  sid: "Parcels",
  arns(line, { partition, account: id, regions }) {
    const pattern = bucketOf(line) ?? "*";
    const buckets = regions.map((region) => pattern.replaceAll("{region}", region).replaceAll("{account}", id));
    const names = layerNames(line);
    return buckets.flatMap((bucket) =>
      names.map((name) =>
        formatArn({ partition, service: "s3", region: "", account: "", resource: `${bucket}/lambda-ext/${name}/*` }),
      ),
    );
  },
};

/** The account as such. */
export const account: Resources = {
  words: "the account",
  sid: "Account",
  arns: (_, { partition, account: id }) => [
    formatArn({ partition, service: "account", region: "", account: id, resource: "account" }),
  ],
};

/** The words that name functions; a star where the command is to find out. */
export function functionNames(line: CommandLine): readonly string[] {
  const named = listOption(line, "function") ?? textOption(line, "function");
  const words = named === undefined ? wordsOf(line) : [named].flat();
  return words.length > 0 ? words : [line.project.function ?? "*"];
}

/** The words that name layers for functions; for `attach` and `detach` the project's own where there is none. */
export function layerWords(line: CommandLine): readonly string[] {
  return listOption(line, "layer") ?? (line.command === "create-function" ? [] : [ownPattern(line)]);
}

/** The bucket that large zips go through, where one is said. */
export function bucketOf(line: CommandLine): string | undefined {
  return textOption(line, "bucket") ?? line.project.publish.bucket;
}

function layerArns(line: CommandLine, place: Place): readonly string[] {
  return layerNames(line).flatMap((name) => regional(place, "lambda", `layer:${name}`));
}

function layerNames(line: CommandLine): readonly string[] {
  const words = wordsOf(line);
  if (line.command === "mirror") {
    return [textOption(line, "layerName") ?? parseLayerArn(words[0] ?? "")?.layerName ?? "*"];
  }
  if (words.length > 0) return words;
  return namesOf(textOption(line, "layerName") ?? ownPattern(line), listOption(line, "arch"));
}

function ownPattern({ project, projectName, options }: CommandLine): string {
  const name = options.zip === undefined ? projectName : undefined;
  return project.layer.name.replaceAll("{name}", name ?? "*");
}

function namesOf(pattern: string, wanted: readonly string[] = architectures): readonly string[] {
  return [
    ...new Set(wanted.map((architecture) => pattern.replaceAll("{arch}", architecture).replaceAll("{name}", "*"))),
  ];
}

/** Of an own layer's name that nobody knows, a star is left, which is no layer's name. */
function attachedArns(_: CommandLine, place: Place, word: string): readonly string[] {
  if (word.includes("*")) return namesOf(word).flatMap((name) => regional(place, "lambda", `layer:${name}`));
  const { arn, name } = parseLayerWord(word);
  return arn === undefined ? namesOf(name).flatMap((each) => regional(place, "lambda", `layer:${each}`)) : [arn];
}

function functionArns(place: Place, word: string): readonly string[] {
  return word.startsWith("arn:") ? [word] : regional(place, "lambda", `function:${word}`);
}

function roleArns({ partition, account: id }: Place, word: string): readonly string[] {
  if (word.startsWith("arn:")) return [word];
  return [formatArn({ partition, service: "iam", region: "", account: id, resource: `role/${word}` })];
}

function regional({ partition, account: id, regions }: Place, service: string, resource: string): readonly string[] {
  return regions.map((region) => formatArn({ partition, service, region, account: id, resource }));
}
