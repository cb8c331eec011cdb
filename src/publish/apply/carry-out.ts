// Carries out the actions of one layer in one region, one after the other.
import type { Connection } from "../../aws/connection.ts";
import { grantLayerVersion, revokeLayerGrant } from "../../aws/lambda/layer-policy.ts";
import type { LayerVersion } from "../../aws/lambda/layers.ts";
import { remoteError } from "../../model/errors.ts";
import { placeholderDescription } from "../../model/placeholder.ts";
import type { Grantee } from "../../model/sharing.ts";
import type { Ledger } from "../ledger.ts";
import type { AlignAction, LayerPlan, PublishAction } from "../plan/actions.ts";
import type { Fill, LayerDescription } from "../wish.ts";
import type { LayerState } from "./outcome.ts";
import { seldomTold } from "./seldom-told.ts";
import type { Source } from "./source.ts";
import { uploadLayer } from "./upload.ts";

/** What has been done so far: what happens afterwards does not undo it. */
export interface Made {
  readonly version?: LayerVersion;
  readonly filled?: readonly number[];
  readonly granted?: readonly Grantee[];
  readonly revoked?: readonly string[];
}

/** Makes calls when it is their turn, within the region's time. */
type Turn = <Result>(work: (connection: Connection) => Promise<Result>) => Promise<Result>;

interface Surroundings {
  readonly about: LayerDescription;
  readonly ledger: Ledger;
  /** The layer's bytes. */
  readonly source: Source;
  /** What fills a number before them. */
  readonly filling: (fill: Fill) => Promise<Source>;
  readonly upload: Turn;
  readonly grant: Turn;
  readonly enter: (state: LayerState) => void;
  readonly report: (made: Made) => void;
}

/**
 * Does what is planned.
 * @throws LambdaExtError at the first thing that fails; what was done before it has been reported.
 */
export async function carryOut(layer: LayerPlan, surroundings: Surroundings): Promise<void> {
  const { region, layerName, newest } = layer;
  const { enter, grant, report } = surroundings;
  // What is there is known; what other versions of the layer there are, for another architecture under the same name, is not.
  let last = newest?.version ?? 0;
  let version = newest?.version;
  const granted: Grantee[] = [];
  const revoked: string[] = [];
  for (const action of layer.actions) {
    switch (action.action) {
      case "align":
        last = await fillNumbers(layer, action, { ...surroundings, last });
        break;
      case "publish": {
        const made = await publish(layer, { ...surroundings, last });
        report({ version: made });
        version = made.version;
        checkNumber(layer, action, made);
        break;
      }
      case "grant":
      case "revoke": {
        if (version === undefined) break;
        const address = { region, layer: layerName, version };
        enter({ state: "sharing" });
        if (action.action === "grant") {
          await grant((connection) => grantLayerVersion(connection, address, action.grantee));
          granted.push(action.grantee);
        } else {
          await grant((connection) => revokeLayerGrant(connection, address, action.sid));
          revoked.push(action.sid);
        }
        report({ granted, revoked });
        break;
      }
      case "unchanged":
      case "failed":
        break;
    }
  }
}

type Publishing = Surroundings & { readonly last: number };

async function publish(layer: LayerPlan, surroundings: Publishing): Promise<LayerVersion> {
  const { about, ledger, source, upload, last, enter } = surroundings;
  const { region, layerName, architecture, named = [architecture] } = layer;
  const address = { region, layer: layerName, architectures: named };
  const sent = seldomTold((sentBytes, totalBytes) => enter({ state: "uploading", sentBytes, totalBytes }));
  const made = await upload((connection) => {
    // Until it is its turn, it waits.
    enter({ state: "uploading" });
    return uploadLayer(connection, { ...address, source, sent, after: last, unanswered: ledger.unanswered, ...about });
  });
  await ledger.remember(made);
  return made;
}

/**
 * Publishes until the next number is the wanted one, or past it: deleted versions use numbers up that nobody sees. Then the layer itself
 * still has to follow, lest a placeholder be the newest version that anybody gets.
 */
async function fillNumbers(layer: LayerPlan, action: AlignAction, surroundings: Publishing): Promise<number> {
  const { about, ledger, filling, upload, enter, report } = surroundings;
  const source = await filling(action.fill);
  const { region, layerName, architecture } = layer;
  const filler =
    action.fill === "placeholder" ? { ...about, description: placeholderDescription(layerName), runtimes: [] } : about;
  const filled: number[] = [];
  let { last } = surroundings;
  while (last < action.through) {
    const after = last;
    const made = await upload((connection) => {
      enter({ state: "filling", number: after + 1, through: action.through });
      return uploadLayer(connection, {
        region,
        layer: layerName,
        architectures: [architecture],
        source,
        sent: () => {},
        after,
        unanswered: ledger.unanswered,
        ...filler,
      });
    });
    await ledger.remember(made);
    last = made.version;
    if (last > action.through && action.fill === "same-bytes") {
      report({ version: made });
      throw aheadError(layer, last, action.through + 1);
    }
    filled.push(last);
    report({ filled });
  }
  return last;
}

function checkNumber(layer: LayerPlan, { version: wanted }: PublishAction, made: LayerVersion): void {
  if (wanted !== undefined && made.version !== wanted) throw aheadError(layer, made.version, wanted);
}

function aheadError({ layerName, region }: LayerPlan, got: number, wanted: number) {
  return remoteError(`Layer ${layerName} got number ${got} in ${region}, where it should have got ${wanted}.`, {
    code: "NumberAhead",
    hint: "Deleted versions, or somebody else's publish, have used numbers up. Run the same command again: it raises the number for all.",
  });
}
