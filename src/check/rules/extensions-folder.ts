// What in extensions/ is not a program at all, or too much.
import { mountOf } from "../../layer/layout.ts";
import { followLink } from "../../layer/zip/paths.ts";
import { limits } from "../../model/limits.ts";
import { type Found, isExtension, type Rule, type Subject, type SubjectFile } from "../subject.ts";

export const extensionsFolder: Rule = {
  name: "extensions-folder",
  find(subject) {
    const inside = subject.files.filter(isExtension);
    const links = inside.filter(({ kind }) => kind === "symlink").flatMap((link) => lookAtLink(link, subject));
    return [...tooMany(inside), ...links, ...nested(subject.files)];
  },
};

function tooMany(inside: readonly SubjectFile[]): Found[] {
  const started = inside.filter(({ kind }) => kind !== "directory");
  if (started.length <= limits.extensions) return [];
  return [
    {
      severity: "error",
      file: "extensions",
      message: `holds ${started.length} files: Lambda allows ${limits.extensions} extensions to register, and INIT fails`,
      mend: "Leave some out, and remember that the function's other layers have extensions too.",
    },
  ];
}

function lookAtLink({ path, target = "" }: SubjectFile, { files }: Subject): Found[] {
  const links = new Map(
    files.flatMap((file) => (file.target === undefined ? [] : [[file.path, file.target] as const])),
  );
  const followed = followLink({ path, target, links, mount: mountOf("extension") });
  // A link that leads out is another rule's finding.
  if ("problem" in followed) return [];
  const { place } = followed;
  const isFolder = files.some(
    (file) => place === "" || (file.path === place && file.kind === "directory") || file.path.startsWith(`${place}/`),
  );
  if (isFolder) {
    return [
      {
        severity: "error",
        file: path,
        message: `is a link to the folder ${place || "/opt"}: Lambda takes it for a program, and INIT fails (Extension.LaunchError)`,
        mend: "Leave the link out: Lambda looks at nothing but the files directly in extensions/.",
      },
    ];
  }
  const file = files.find((each) => each.path === place);
  if (!file) {
    return [
      {
        severity: "warning",
        file: path,
        message: `links to ${target}, which is not in this archive: unless another layer brings it, INIT fails (Extension.LaunchError)`,
        mend: "Pack what it leads to, or the program itself in its place.",
      },
    ];
  }
  if (file.kind !== "file" || (file.mode & 0o001) !== 0) return [];
  return [
    {
      severity: "error",
      file: path,
      message: `links to ${place}, which is not executable: INIT fails (Extension.LaunchError, permission denied)`,
      mend: `Pack ${place} with mode 0755.`,
    },
  ];
}

function nested(files: readonly SubjectFile[]): Found[] {
  return files
    .filter(
      ({ path, kind, mode }) => /^extensions\/[^/]+\/[^/]+$/.test(path) && kind === "file" && (mode & 0o111) !== 0,
    )
    .map(({ path }) => ({
      severity: "warning",
      file: path,
      message: "is never started: Lambda looks at nothing but the files directly in extensions/",
      mend: "Move it up where it is an extension, and out of extensions/ where it is not.",
    }));
}
