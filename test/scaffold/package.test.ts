// What npm packs: without the templates, init would work in a clone alone.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/model/package.ts";
import { listTemplates, templatesFolder } from "../../src/scaffold/template.ts";

const execute = promisify(execFile);

test("the package holds every file of the templates", async () => {
  // Without scripts: prepack would make the bundle anew under the other tests' feet.
  const { stdout } = await execute("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: packageRoot });
  const packed: readonly string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
  const there = readdirSync(templatesFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)));
  expect(packed).toEqual(expect.arrayContaining(there));
  expect(there.filter((path) => path.endsWith("gitignore"))).toHaveLength((await listTemplates()).length);
  // Generated projects carry their tests.
  expect(packed).toContain("templates/internal/extension/client_test.go");
});
