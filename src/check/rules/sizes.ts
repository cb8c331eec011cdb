// Archives that are larger than Lambda takes.
import { formatBytes } from "../../model/bytes.ts";
import { limits } from "../../model/limits.ts";
import type { Rule } from "../subject.ts";

export const sizes: Rule = {
  name: "size",
  find({ kind, zipBytes = 0, files }) {
    const unzipped = files.reduce((sum, file) => sum + file.unzippedBytes, 0);
    const largest = files.reduce((a, b) => (b.unzippedBytes > (a?.unzippedBytes ?? 0) ? b : a), files[0]);
    const most = largest ? ` The largest file is ${largest.path} with ${formatBytes(largest.unzippedBytes)}.` : "";
    return [
      ...(zipBytes > limits.directUploadBytes
        ? [
            {
              // A layer has another way.
              severity: kind === "function" ? ("error" as const) : ("warning" as const),
              message: `has ${zipBytes} bytes: Lambda refuses a direct upload of more than ${limits.directUploadBytes} (50 MB)`,
              mend:
                kind === "function"
                  ? `Make it smaller: strip programs, leave out what is not needed.${most}`
                  : `Publish it through S3 (lambda-ext publish --bucket NAME), or make it smaller.${most}`,
            },
          ]
        : []),
      ...(unzipped > limits.unzippedBytes
        ? [
            {
              severity: "error" as const,
              message: `has ${unzipped} bytes unzipped: Lambda refuses more than ${limits.unzippedBytes} (250 MB) for a function and all its layers together`,
              mend: `Make it smaller: strip programs, leave out what is not needed.${most}`,
            },
          ]
        : []),
    ];
  },
};
