// What may stand in lambda-ext.jsonc; the JSON Schema for editors and the checks on reading come from this one description.
import * as v from "valibot";
import { buildSizes } from "../model/artifact.ts";
import { regionPattern } from "../model/partition.ts";

/** Words for a person, for a value and for the JSON Schema alike. */
function described<const S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

const text = v.pipe(v.string("must be a text"), v.nonEmpty("must not be empty"));
const region = v.pipe(text, v.regex(regionPattern, "must be a region, such as eu-central-1"));
const regionOrAll = v.pipe(
  text,
  v.regex(new RegExp(`${regionPattern.source}|^all$`), 'must be a region, such as eu-central-1, or "all"'),
);
const variableName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable (letters, digits and _)"),
);
const variables = v.record(variableName, v.string("must be a text"), "must be an object of names and texts");
/** A name becomes a file under extensions/, a zip and part of a layer's name. */
const name = v.pipe(
  text,
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    "must begin with a letter or digit and hold nothing but letters, digits, - _ and .",
  ),
  v.maxLength(128, "must be at most 128 characters long"),
);
const insidePath = v.pipe(
  text,
  v.regex(/^(?!\/|[A-Za-z]:)(?!(.*[/\\])?\.\.([/\\]|$))/, "must be a path that stays inside (relative and without ..)"),
);
const relativePath = v.pipe(text, v.regex(/^(?!\/|[A-Za-z]:)/, "must be a relative path"));
const runtime = v.pipe(
  text,
  v.regex(/^(?!go1\.x$)/, 'names a runtime that Lambda no longer has: use "provided.al2023", which runs Go programs'),
);

function texts<const S extends v.GenericSchema<string>>(item: S) {
  return v.array(item, "must be a list of texts");
}

const build = v.strictObject(
  {
    builder: v.optional(
      described(
        v.picklist(["go", "command"], 'must be "go" or "command"'),
        "What makes the program: go, or a command of your own.",
      ),
    ),
    command: v.optional(
      described(
        v.pipe(
          v.array(
            v.string("must be a text"),
            'must be a list of texts: the program and its arguments, such as ["make", "extension"]; no shell reads them',
          ),
          v.minLength(1, "must name a program"),
        ),
        "With builder command: a program and its arguments, run in this file's folder once for each architecture. It makes LAMBDA_EXT_OUT: a file is the program, a folder is what the zip holds.",
      ),
    ),
    main: v.optional(
      described(insidePath, "The folder of the main package, relative to this file; found where it is absent."),
    ),
    tags: v.optional(
      described(
        texts(v.pipe(text, v.regex(/^[^\s,]+$/, "must be one build tag, without spaces or commas"))),
        "Go build tags.",
      ),
    ),
    ldflags: v.optional(described(v.string("must be a text"), "Linker flags, added to -s -w -buildid=.")),
    environment: v.optional(described(variables, "Variables for go or the command, such as GOPRIVATE.")),
    size: v.optional(
      described(
        v.picklist(buildSizes, 'must be "default" or "min"'),
        "min: the smallest zips, packed more slowly, and Go without inlining, which makes its programs slower.",
      ),
    ),
  },
  "must be an object",
);

const contents = v.strictObject(
  {
    from: described(relativePath, "A file or folder, relative to this file."),
    to: v.optional(
      described(
        insidePath,
        "Its path in the zip, relative to /opt (layers) or /var/task (functions); the same as `from` where absent.",
      ),
    ),
    mode: v.optional(
      described(
        v.pipe(text, v.regex(/^0?[0-7]{3}$/, 'must be octal permission bits, such as "0755"')),
        "The permission bits of its files; 0644 where absent.",
      ),
    ),
  },
  "must be an object with from, to and mode",
);

const layerName = v.pipe(
  text,
  v.regex(/^([^{}]|\{name\}|\{arch\})*$/, "must hold no placeholders but {name} and {arch}"),
);

const layer = v.strictObject(
  {
    name: v.optional(described(layerName, "The layer's name; may hold {name} and {arch}. {name}-{arch} where absent.")),
    description: v.optional(described(v.string("must be a text"), "At most 256 characters.")),
    license: v.optional(
      described(v.string("must be a text"), "An SPDX identifier, a URL or the text; at most 512 characters."),
    ),
    compatibleRuntimes: v.optional(described(texts(runtime), "At most fifteen; they filter lists and nothing more.")),
  },
  "must be an object",
);

const statement = v.strictObject(
  {
    actions: described(
      v.pipe(texts(text), v.minLength(1, "must name one action at least")),
      "IAM actions, such as ssm:GetParameter.",
    ),
    resources: described(
      v.pipe(texts(text), v.minLength(1, "must name one resource at least")),
      "ARNs, or the short form service:resource, in which a variable of this section stands as it would in a shell.",
    ),
  },
  "must be an object with actions and resources",
);

const attach = v.strictObject(
  {
    environment: v.optional(described(variables, "Variables that a function needs for this extension.")),
    statements: v.optional(
      described(v.array(statement, "must be a list of statements"), "What the function's role must be allowed."),
    ),
  },
  "must be an object",
);

const whole = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(1, "must be at least 1"),
);

const sharing = v.strictObject(
  {
    public: v.optional(described(v.boolean("must be true or false"), "Let every AWS account use the versions.")),
    accounts: v.optional(
      described(texts(v.pipe(text, v.regex(/^\d{12}$/, "must be twelve digits"))), "Let these accounts use them."),
    ),
    organizations: v.optional(
      described(
        texts(v.pipe(text, v.regex(/^o-[a-z0-9]{10,32}$/, "must be an organization's id, such as o-a1b2c3d4e5"))),
        "Let these organizations use them.",
      ),
    ),
  },
  "must be an object with public, accounts and organizations",
);

const publish = v.strictObject(
  {
    regions: v.optional(described(texts(regionOrAll), 'Regions, or ["all"]: those that are enabled for the account.')),
    sharing: v.optional(
      described(
        sharing,
        "Who else may use the versions, and nobody beside them; policies are left alone where absent.",
      ),
    ),
    align: v.optional(
      described(
        v.picklist(["same-bytes", "placeholder"], 'must be "same-bytes" or "placeholder"'),
        "Give every region the same number, and fill gaps with the layer's own bytes or with a placeholder.",
      ),
    ),
    bucket: v.optional(
      described(
        text,
        "The bucket in each region that zips above 50 MB go through, with {region} and {account} in its name.",
      ),
    ),
    allowFail: v.optional(described(texts(region), "Regions that may be missing without the command's failing.")),
    minRegions: v.optional(
      described(whole, "With fewer complete regions than these, a publish has failed rather than been done in part."),
    ),
    regionTimeout: v.optional(described(whole, "Seconds after which a region is given up; 300 where absent.")),
  },
  "must be an object",
);

/** The schema of the file. */
export const configuration = v.strictObject(
  {
    $schema: v.optional(v.string("must be a text")),
    name: v.optional(
      described(name, "The extension's file under extensions/, the zips' name, and {name} in the layer's."),
    ),
    kind: v.optional(
      described(
        v.picklist(["extension", "function", "layer"], 'must be "extension", "function" or "layer"'),
        "extension: a program under extensions/. function: a bootstrap. layer: files alone.",
      ),
    ),
    target: v.optional(
      described(
        v.picklist(["aws", "local"], 'must be "aws" or "local"'),
        "Where commands go without --local or --no-local.",
      ),
    ),
    region: v.optional(described(region, "The AWS region.")),
    profile: v.optional(described(text, "A profile of the shared AWS configuration.")),
    function: v.optional(described(text, "The function that attach, invoke and logs mean where none is named.")),
    build: v.optional(described(build, "How the program is compiled.")),
    contents: v.optional(described(v.array(contents, "must be a list"), "More files for the zip.")),
    layer: v.optional(described(layer, "What the layer is called and said to be.")),
    publish: v.optional(described(publish, "Where the layer goes, and who may use it.")),
    attach: v.optional(described(attach, "What a function needs for this extension.")),
  },
  "must be an object",
);

/** The file's content, once checked. */
export type Configuration = v.InferOutput<typeof configuration>;
