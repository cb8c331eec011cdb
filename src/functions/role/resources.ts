// Resources of a policy statement: variables filled in, the short form made an ARN.
import { formatArn } from "../../model/arn.ts";
import { usageError } from "../../model/errors.ts";

/** What the short form leaves out. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Services whose ARNs carry no region, or neither region nor account; AWS's service authorization reference. */
const withoutRegion = new Set(["iam", "cloudfront", "route53", "organizations"]);
const withoutAccount = new Set(["s3", "route53"]);

/**
 * Fills in `${NAME}`; a slash that this would double is written once, since a parameter's name may begin with one or not.
 * IAM's own variables (`${aws:username}`) stay.
 * @throws usageError where a variable is not set.
 */
export function fillVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/(\/?)\$\{([A-Za-z_]\w*)\}(\/?)/g, (_, before: string, name: string, after: string) => {
    const value = variables[name];
    if (value === undefined || value === "") {
      throw usageError(`The statement for ${text} needs the variable ${name}, which has no value.`, {
        code: "MissingVariable",
        hint: `Set it in attach.environment of the configuration, or give --env ${name}=VALUE.`,
      });
    }
    const head = before && value.startsWith("/") ? "" : before;
    const tail = after && value.endsWith("/") ? "" : after;
    return `${head}${value}${tail}`;
  });
}

/**
 * Makes `service:resource` an ARN; an ARN and `*` stay as they are.
 * @throws usageError for anything else.
 */
export function resourceArn(resource: string, place: Place): string {
  if (resource === "*" || resource.startsWith("arn:")) return resource;
  const [, service, rest] = /^([a-z0-9-]+):(.+)$/s.exec(resource) ?? [];
  if (!service || !rest) {
    throw usageError(`${JSON.stringify(resource)} is no resource of a policy statement.`, {
      code: "InvalidResource",
      hint: "It is an ARN, or service:resource, e.g. ssm:parameter/my/name.",
    });
  }
  return formatArn({
    partition: place.partition,
    service,
    region: withoutRegion.has(service) || withoutAccount.has(service) ? "" : place.region,
    account: withoutAccount.has(service) ? "" : place.account,
    resource: rest,
  });
}
