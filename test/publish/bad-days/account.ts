// What an account has of layers, as AWS's own client reads it; and what it had before a test's publish.
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  type LayerVersionsListItem,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import type { Architecture } from "../../../src/model/architecture.ts";
import type { Target } from "../../../src/model/target.ts";

/** A version that an account has. */
export interface HeldVersion {
  readonly version: number;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly description: string;
  /** Who may use it: `public`, an account, an organization; `?` and its id for another statement. */
  readonly grants: readonly string[];
}

/** The account behind an endpoint. */
export interface Account {
  /** All versions of a layer, the oldest first. */
  read(region: string, layer: string): Promise<readonly HeldVersion[]>;
  publish(region: string, layer: string, content: { zip: Uint8Array; architecture: Architecture }): Promise<number>;
  grant(region: string, layer: string, statement: { version: number; principal: string; sid: string }): Promise<void>;
  remove(region: string, layer: string, version: number): Promise<void>;
  close(): void;
}

/** Opens it. */
export function openAccount({ endpoint, credentials }: Pick<Target, "endpoint" | "credentials">): Account {
  const clients = new Map<string, LambdaClient>();
  const at = (region: string) => {
    const { accessKeyId = "", secretAccessKey = "" } = credentials ?? {};
    const client =
      clients.get(region) ??
      new LambdaClient({
        region,
        ...(endpoint !== undefined && { endpoint }),
        credentials: { accessKeyId, secretAccessKey },
      });
    clients.set(region, client);
    return client;
  };
  return {
    async read(region, layer) {
      const listed: LayerVersionsListItem[] = [];
      let marker: string | undefined;
      do {
        const page = await at(region).send(
          new ListLayerVersionsCommand({ LayerName: layer, ...(marker && { Marker: marker }) }),
        );
        listed.push(...(page.LayerVersions ?? []));
        marker = page.NextMarker;
      } while (marker);
      const versions = listed.map(({ Version = 0 }) => Version).sort((a, b) => a - b);
      return await Promise.all(versions.map((version) => readVersion(at(region), layer, version)));
    },
    async publish(region, layer, { zip, architecture }) {
      const made = await at(region).send(
        new PublishLayerVersionCommand({
          LayerName: layer,
          Content: { ZipFile: zip },
          CompatibleArchitectures: [architecture],
        }),
      );
      return made.Version ?? 0;
    },
    async grant(region, layer, { version, principal, sid }) {
      await at(region).send(
        new AddLayerVersionPermissionCommand({
          LayerName: layer,
          VersionNumber: version,
          StatementId: sid,
          Action: "lambda:GetLayerVersion",
          Principal: principal,
        }),
      );
    },
    async remove(region, layer, version) {
      await at(region).send(new DeleteLayerVersionCommand({ LayerName: layer, VersionNumber: version }));
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

async function readVersion(client: LambdaClient, layer: string, version: number): Promise<HeldVersion> {
  const address = { LayerName: layer, VersionNumber: version };
  const [held, policy] = await Promise.all([
    client.send(new GetLayerVersionCommand(address)),
    client.send(new GetLayerVersionPolicyCommand(address)).catch((error) => {
      if (error instanceof ResourceNotFoundException) return { Policy: '{"Statement":[]}' };
      throw error;
    }),
  ]);
  const { Statement } = JSON.parse(policy.Policy ?? "");
  return {
    version,
    codeSha256: held.Content?.CodeSha256 ?? "",
    architectures: held.CompatibleArchitectures ?? [],
    description: held.Description ?? "",
    grants: Statement.map(granteeOf).sort(),
  };
}

/** Written anew, so that a misreading of ours does not pass for the truth. */
function granteeOf(statement: {
  Sid: string;
  Effect: string;
  Action: string;
  Principal: string | { AWS: string };
  Condition?: { StringEquals?: { "aws:PrincipalOrgID"?: string } };
}): string {
  const principal = typeof statement.Principal === "string" ? statement.Principal : statement.Principal.AWS;
  const organization = statement.Condition?.StringEquals?.["aws:PrincipalOrgID"];
  if (statement.Effect !== "Allow" || statement.Action !== "lambda:GetLayerVersion") return `?${statement.Sid}`;
  if (organization) return organization;
  return principal === "*" ? "public" : (/\d{12}/.exec(principal)?.[0] ?? `?${statement.Sid}`);
}
