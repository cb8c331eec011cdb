// What a project is, once found and read: the first value on the way from source to function.
import type { BuildSize, ProjectKind } from "../model/artifact.ts";

/** A file or folder that goes into the zip beside the binary. */
export interface ContentEntry {
  /** On this machine, relative to the project's folder; a folder is taken with all that it holds. */
  readonly from: string;
  /** In the zip, relative to `/opt` (layers) or `/var/task` (functions). */
  readonly to: string;
  /** Octal permission bits of every file under it; 0o644 unless said otherwise. */
  readonly mode: number;
}

/** How a project's program, or the files of its layer, are made. */
export type Build = GoBuild | CommandBuild;

/** A program of the user's own builds it: a script, make, another language's tool. */
export interface CommandBuild {
  readonly builder: "command";
  /** The program and its arguments, which no shell reads. */
  readonly command: readonly string[];
  /** Added to the variables that the command gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How a Go program is built. */
export interface GoBuild {
  readonly builder: "go";
  /** The folder of the main package, relative to the project's folder, where it was said; detected otherwise. */
  readonly main?: string | undefined;
  readonly tags: readonly string[];
  /** Added to our own `-s -w -buildid=`. */
  readonly ldflags: string;
  /** For the `go` command, e.g. GOPRIVATE. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An IAM statement that a function needs for an extension. */
export interface PolicyStatement {
  readonly actions: readonly string[];
  /**
   * ARNs, or the short form `service:resource` (`ssm:parameter/${PARAMETER_NAME}`), to which partition, region and account are added
   * when it is used. `${NAME}` stands for a variable of the `attach` section; a slash that this would double is written once.
   */
  readonly resources: readonly string[];
}

/** The configuration and what was detected, together. */
export interface Project {
  /** The project's folder, absolute: the one with the configuration, else with go.mod, else the working folder. */
  readonly root: string;
  /** The configuration file, absolute, where there is one. */
  readonly configFile: string | undefined;
  /** From the configuration; undefined where the build is to find a name. */
  readonly name: string | undefined;
  readonly kind: ProjectKind;
  /** Undefined for a layer of plain files. */
  readonly build: Build | undefined;
  /** What Go programs and zips are made for. */
  readonly size: BuildSize;
  readonly contents: readonly ContentEntry[];
  readonly layer: {
    /** May hold `{name}` and `{arch}`; default `{name}-{arch}`. */
    readonly name: string;
    readonly description: string | undefined;
    readonly license: string | undefined;
    readonly compatibleRuntimes: readonly string[];
  };
  readonly publish: {
    /** Region names; empty where nothing was said; `["all"]` for every region of the partition. */
    readonly regions: readonly string[];
    /** With whom versions are shared, and with nobody else; undefined leaves policies as they are. */
    readonly sharing:
      | {
          readonly public: boolean;
          readonly accounts: readonly string[];
          readonly organizations: readonly string[];
        }
      | undefined;
    /** What fills the numbers that a region lacks; undefined does not align them. */
    readonly align: "same-bytes" | "placeholder" | undefined;
    /** What zips that are too large to be sent directly go through; may hold `{region}` and `{account}`. */
    readonly bucket: string | undefined;
    /** Regions that may be missing. */
    readonly allowFail: readonly string[];
    readonly minRegions: number | undefined;
    /** Seconds. */
    readonly regionTimeout: number | undefined;
  };
  readonly attach: {
    readonly environment: Readonly<Record<string, string>>;
    readonly statements: readonly PolicyStatement[];
  };
  /** The function that `attach`, `invoke` and `logs` mean where none is named. */
  readonly function: string | undefined;
  readonly target: "aws" | "local" | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}
