// Publishing through S3 into moto, with the AWS CLI saying what is there afterwards.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LargeArchive, largeArchive } from "../support/large-archive.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { runCli } from "../support/run-cli.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("moto_server", "aws"))(
  "publishing through S3 into moto (needs moto_server and the AWS CLI)",
  () => {
    let moto: Moto;
    let large: LargeArchive;
    beforeAll(async () => {
      moto = await startMoto();
      large = largeArchive();
      for (const region of ["eu-west-1", "us-west-2"]) {
        const name = `zips-123456789012-${region}`;
        const place = ["--create-bucket-configuration", `LocationConstraint=${region}`];
        await moto.aws("s3api", "create-bucket", "--bucket", name, "--region", region, ...place);
      }
    });
    afterAll(async () => {
      await moto?.close();
      large?.remove();
    });

    it("leaves the layer's versions, with the zip's hash, and no object", async () => {
      const regions = ["--regions", "eu-west-1,us-west-2", "--bucket", "zips-{account}-{region}"];
      const zip = ["--zip", large.zip, "--arch", "all", "--layer-name", "large-{arch}"];
      const options = { env: moto.env, cwd: large.folder };
      const first = await runCli(["publish", ...zip, ...regions, "--json"], options);
      expect(first.stderr).toContain("4 published");
      expect(first.code).toBe(0);
      for (const region of ["eu-west-1", "us-west-2"]) {
        const address = ["--layer-name", "large-arm64", "--version-number", "1", "--region", region];
        const held = await moto.aws("lambda", "get-layer-version", ...address);
        expect(held.Content).toMatchObject({ CodeSha256: large.codeSha256, CodeSize: large.zipBytes });
        const bucket = `zips-123456789012-${region}`;
        const listed = await moto.aws("s3api", "list-objects-v2", "--bucket", bucket, "--region", region);
        expect(listed?.Contents).toBeUndefined();
      }
      const second = await runCli(["publish", ...zip, ...regions], options);
      expect(second.stderr).toContain("0 published, 4 unchanged");
    });
  },
);
