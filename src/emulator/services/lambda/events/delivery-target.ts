// Where the record of an event can go: the services that Lambda delivers to, told apart by an ARN.
import { parseArn } from "../../../../model/arn.ts";

/** A queue, topic, bus, bucket or function. */
export interface DeliveryTarget {
  readonly arn: string;
  readonly service: "sqs" | "sns" | "events" | "s3" | "lambda";
  /** Of the queue, topic, bus, bucket or function, without a qualifier. */
  readonly name: string;
  /** What the function's role must be allowed to do. */
  readonly action: string;
  /** On what. */
  readonly resource: string;
  /** Lambda accepts FIFO queues and topics, and then cannot deliver to them. */
  readonly fifo: boolean;
  /** Of a function, where the ARN names one. */
  readonly qualifier: string | undefined;
}

interface Kind {
  readonly service: DeliveryTarget["service"];
  readonly action: string;
  /** What follows the account in the ARN: the name, and for functions a qualifier. */
  readonly form: RegExp;
}

const kinds: readonly Kind[] = [
  { service: "sqs", action: "sqs:SendMessage", form: /^([\w-]{1,80}(?:\.fifo)?)$/ },
  { service: "sns", action: "sns:Publish", form: /^([\w-]{1,256}(?:\.fifo)?)$/ },
  { service: "events", action: "events:PutEvents", form: /^event-bus\/([\w./-]{1,256})$/ },
  { service: "s3", action: "s3:PutObject", form: /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/ },
  { service: "lambda", action: "lambda:InvokeFunction", form: /^function:([\w-]{1,64})(?::(\$LATEST|[\w-]{1,128}))?$/ },
];

/** Whether Lambda delivers to this service at all, whatever else the ARN says. */
export function deliversTo(arn: string): boolean {
  const service = parseArn(arn)?.service;
  return kinds.some((kind) => kind.service === service);
}

/** Reads a target's ARN; undefined where nothing can lie under it. */
export function readTarget(text: string): DeliveryTarget | undefined {
  const arn = parseArn(text);
  const kind = kinds.find(({ service }) => service === arn?.service);
  const match = arn && kind?.form.exec(arn.resource);
  if (!arn || !kind || !match?.[1]) return undefined;
  // Buckets alone have neither region nor account.
  const placed = arn.region !== "" && arn.account !== "";
  if (placed === (kind.service === "s3")) return undefined;
  const [, name, qualifier] = match;
  return {
    arn: text,
    service: kind.service,
    name,
    action: kind.action,
    resource: kind.service === "s3" ? `${text}/aws/lambda/async/*` : text,
    fifo: name.endsWith(".fifo"),
    qualifier,
  };
}
