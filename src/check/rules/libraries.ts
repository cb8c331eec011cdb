// Shared libraries that neither Lambda nor the archive has.
import type { Found, Rule, Subject, SubjectFile } from "../subject.ts";

export const libraries: Rule = {
  name: "shared-libraries",
  find: (subject) => subject.files.flatMap((file) => look(file, subject)),
};

/** What glibc and gcc bring on every base system. */
const everywhere =
  /^(ld-linux[^/]*|linux-vdso|libc|libm|libdl|librt|libpthread|libresolv|libutil|libnsl|libanl|libgcc_s|libstdc\+\+)\.so(\.\d+)*$/;

function look(file: SubjectFile, { files }: Subject): Found[] {
  const elf = file.content?.type === "elf" ? file.content.elf : undefined;
  if (!elf) return [];
  const present = new Set(files.map(({ path }) => path.split("/").at(-1)));
  // musl's own name for its C library is the glibc rule's business.
  const absent = elf.needed.filter((name) => !everywhere.test(name) && !present.has(name) && !/musl/.test(name));
  if (absent.length === 0) return [];
  return [
    {
      severity: "warning",
      file: file.path,
      message: `needs ${absent.join(", ")}, which not every base system of Lambda has and which the archive does not bring: it cannot be started or loaded where they are missing`,
      mend: "Put them into lib/ (a layer's lib/ is on LD_LIBRARY_PATH), or link statically.",
    },
  ];
}
