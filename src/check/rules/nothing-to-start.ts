// Archives in which Lambda would find nothing to do, or not where it looks.
import { type Found, isExtension, type Rule, type Subject } from "../subject.ts";

export const nothingToStart: Rule = {
  name: "nothing-to-start",
  find(subject) {
    const { files, kind } = subject;
    if (!files.some((file) => file.kind !== "directory")) {
      return [
        {
          severity: "error",
          message: "is empty: Lambda does not take it",
          mend: "Build again, or name the right folder.",
        },
      ];
    }
    if (files.some((file) => isExtension(file) && file.kind !== "directory")) return [];
    const misplaced = files.find((file) => file.kind === "file" && /(^|\/)extensions\/[^/]+$/i.test(file.path));
    if (kind !== "function" && misplaced) return [wrongPlace(misplaced.path)];
    if (kind === "extension") return [nowhere()];
    return kind === "function" ? withoutBootstrap(subject) : [];
  },
};

function wrongPlace(path: string): Found {
  return {
    severity: "error",
    file: path,
    message:
      "lies in the wrong place: Lambda unpacks a layer into /opt and starts what is then in /opt/extensions, so this is never started",
    mend: `Pack from inside that folder, so that the path in the zip is extensions/${path.slice(path.lastIndexOf("/") + 1)}, the folder's name in lower case.`,
  };
}

function nowhere(): Found {
  return {
    severity: "error",
    message: "has nothing in extensions/: Lambda starts no extension, and says nothing about it",
    mend: 'Pack the program as extensions/<name>, or set "kind": "layer" where it is meant to hold files alone.',
  };
}

function withoutBootstrap({ files }: Subject): Found[] {
  if (files.some(({ path }) => path === "bootstrap")) return [];
  const elsewhere = files.find(({ path }) => path.endsWith("/bootstrap"))?.path;
  return [
    {
      severity: "error",
      ...(elsewhere !== undefined && { file: elsewhere }),
      message:
        "has no bootstrap at its top: functions on provided.al2 and provided.al2023 fail (Runtime.InvalidEntrypoint)",
      mend: "Pack the program as `bootstrap`, in no folder.",
    },
  ];
}
