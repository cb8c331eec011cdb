// One function of a Lambda that does what moto doesn't: revisions, updates that take a while, and races.
import { type Answer, refuse, type SeenRequest } from "./fault-server.ts";

/** A function with AWS's member names. */
export type FunctionShape = Record<string, unknown> & { RevisionId: string };

/** Keeps one function called `demo`; every answer can be sabotaged. */
export class FakeFunction {
  shape: FunctionShape = {
    FunctionName: "demo",
    FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:demo",
    Runtime: "nodejs22.x",
    Role: "arn:aws:iam::123456789012:role/demo-role",
    Handler: "index.handler",
    Architectures: ["x86_64"],
    CodeSha256: "old",
    Timeout: 3,
    MemorySize: 128,
    State: "Active",
    LastUpdateStatus: "Successful",
    RevisionId: "1",
    Layers: [],
  };
  /** How many looks an update takes. */
  slowness = 0;
  /** Called before a write is looked at; what it gives is answered instead. */
  beforeWrite: (request: SeenRequest) => Answer | undefined = () => undefined;
  /** Called with what a write would answer; what it gives is answered instead. */
  afterWrite: (answer: Answer) => Answer = (answer) => answer;
  readonly writes: Record<string, unknown>[] = [];
  #looksLeft = 0;

  /** Somebody else changes the function. */
  change(members: Record<string, unknown>): void {
    this.shape = { ...this.shape, ...members, RevisionId: `${Number(this.shape.RevisionId) + 1}` };
  }

  answer(request: SeenRequest): Answer {
    const { method, path } = request;
    if (method === "GET" && path.startsWith("/2018-10-31/layers/")) return this.answerLayer(request);
    if (method === "GET") return { status: 200, body: { Configuration: this.#look() } };
    const body = JSON.parse(request.body.toString());
    this.writes.push(body);
    const instead = this.beforeWrite(request);
    if (instead) return instead;
    if (this.#looksLeft > 0) {
      return refuse(
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress",
      );
    }
    if (body.RevisionId !== undefined && body.RevisionId !== this.shape.RevisionId) {
      return refuse(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id.",
      );
    }
    const { RevisionId: _, Layers, ZipFile, ...members } = body;
    if (Layers) members.Layers = Layers.map((Arn: string) => ({ Arn }));
    if (ZipFile) members.CodeSha256 = "new";
    this.change(members);
    this.#looksLeft = this.slowness;
    return this.afterWrite({ status: 200, body: this.#shown() });
  }

  /** The newest versions by layer name; a layer that isn't here has none. */
  layers: Record<string, { version: number; architectures?: string[]; runtimes?: string[]; description?: string }> = {};

  private answerLayer({ path, region, query }: SeenRequest): Answer {
    const [, , , word = "", , number] = path.split("/");
    const name = word.replace(/^.*:layer:/, "");
    const layer = this.layers[name];
    const filter = query.get("CompatibleArchitecture");
    const visible = layer && (!filter || layer.architectures?.includes(filter));
    const shape = (version: number) => ({
      LayerVersionArn: `arn:aws:lambda:${region}:123456789012:layer:${name}:${version}`,
      Version: version,
      CompatibleArchitectures: layer?.architectures,
      CompatibleRuntimes: layer?.runtimes,
      Description: layer?.description,
      Content: { CodeSha256: "x" },
    });
    if (number !== undefined) {
      return layer && Number(number) <= layer.version
        ? { status: 200, body: shape(Number(number)) }
        : refuse(404, "ResourceNotFoundException", "The resource you requested does not exist.");
    }
    return { status: 200, body: { LayerVersions: visible ? [shape(layer.version)] : [] } };
  }

  #look(): object {
    const shown = this.#shown();
    if (this.#looksLeft > 0) this.#looksLeft--;
    return shown;
  }

  #shown(): FunctionShape {
    return { ...this.shape, LastUpdateStatus: this.#looksLeft > 0 ? "InProgress" : this.shape.LastUpdateStatus };
  }
}
