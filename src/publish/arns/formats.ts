// The forms in which an ARN table is read, and how a file marks the place of one.
import { json } from "./formats/json.ts";
import { mappings, type Place } from "./formats/mappings.ts";
import { markdown } from "./formats/markdown.ts";
import { ssm } from "./formats/ssm.ts";
import { terraform } from "./formats/terraform.ts";
import { typescript } from "./formats/typescript.ts";
import type { ArnTable } from "./table.ts";

/** Their names. */
export const arnFormats = ["json", "markdown", "terraform", "cloudformation", "sam", "cdk", "ssm"] as const;

/** One of them. */
export type ArnFormat = (typeof arnFormats)[number];

/** Lines around the table in a file. */
export interface Markers {
  readonly start: string;
  readonly end: string;
}

interface Form {
  /** Without a newline at its end. */
  readonly render: (table: ArnTable, place: Place) => string;
  /** Undefined where the table is the whole file: JSON has no comments. */
  readonly markers: Markers | undefined;
  /** Whether a file that holds nothing else makes sense. */
  readonly alone: boolean;
  /** Ends of the names of files that are kept in it. */
  readonly files: readonly string[];
}

const words = "lambda-ext arns";
const hash: Markers = { start: `# ${words}`, end: `# /${words}` };
const slashes: Markers = { start: `// ${words}`, end: `// /${words}` };
const html: Markers = { start: `<!-- ${words} -->`, end: `<!-- /${words} -->` };

/** What each of them is like. */
export const arnForms: Readonly<Record<ArnFormat, Form>> = {
  json: { render: json, markers: undefined, alone: true, files: [".json"] },
  markdown: { render: markdown, markers: html, alone: false, files: [".md", ".markdown"] },
  terraform: { render: terraform, markers: hash, alone: true, files: [".tf"] },
  cloudformation: {
    render: mappings("AWS::Lambda::Function"),
    markers: hash,
    alone: false,
    files: [".yaml", ".yml", ".template"],
  },
  sam: { render: mappings("AWS::Serverless::Function"), markers: hash, alone: false, files: [] },
  cdk: { render: typescript, markers: slashes, alone: true, files: [".ts", ".mts"] },
  ssm: { render: ssm, markers: hash, alone: true, files: [".sh"] },
};

/** The form that a file's name stands for. */
export function arnFormatOf(file: string): ArnFormat | undefined {
  return arnFormats.find((format) => arnForms[format].files.some((ending) => file.toLowerCase().endsWith(ending)));
}
