// The layer that fills a number where nothing else is to have it.
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withTemporaryFolder } from "../../model/temporary.ts";

const note = "This version holds nothing: it fills a number, so that the layer has the same numbers in every region.\n";

/** Its zip: a note alone, the same bytes each time. */
export async function placeholderLayer(): Promise<Buffer> {
  const { writeZip } = await import("../../layer/zip/write.ts");
  return await withTemporaryFolder(join(tmpdir(), "lambda-ext-placeholder-"), async (folder) => {
    const zip = join(folder, "placeholder.zip");
    await writeZip([{ kind: "file", path: "README", mode: 0o644, content: Buffer.from(note) }], zip);
    return await readFile(zip);
  });
}
