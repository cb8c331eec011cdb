// Which partition a region belongs to, and what follows from it.

/** An AWS partition: a separate AWS with ARNs, accounts and endpoints of its own. */
export interface Partition {
  /** As in ARNs, e.g. `aws-cn`. */
  readonly id: string;
  readonly dnsSuffix: string;
  readonly regions: readonly string[];
}

/** Regions in which Lambda is offered, by partition; botocore 1.44.5, November 2026. */
export const partitions: readonly Partition[] = [
  {
    id: "aws",
    dnsSuffix: "amazonaws.com",
    regions: [
      "af-south-1",
      "ap-east-1",
      "ap-east-2",
      "ap-northeast-1",
      "ap-northeast-2",
      "ap-northeast-3",
      "ap-south-1",
      "ap-south-2",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-southeast-3",
      "ap-southeast-4",
      "ap-southeast-5",
      "ap-southeast-6",
      "ap-southeast-7",
      "ca-central-1",
      "ca-west-1",
      "eu-central-1",
      "eu-central-2",
      "eu-north-1",
      "eu-south-1",
      "eu-south-2",
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
      "il-central-1",
      "me-central-1",
      "me-south-1",
      "mx-central-1",
      "sa-east-1",
      "us-east-1",
      "us-east-2",
      "us-west-1",
      "us-west-2",
    ],
  },
  { id: "aws-cn", dnsSuffix: "amazonaws.com.cn", regions: ["cn-north-1", "cn-northwest-1"] },
  { id: "aws-us-gov", dnsSuffix: "amazonaws.com", regions: ["us-gov-east-1", "us-gov-west-1"] },
  { id: "aws-eusc", dnsSuffix: "amazonaws.eu", regions: ["eusc-de-east-1"] },
  { id: "aws-iso", dnsSuffix: "c2s.ic.gov", regions: ["us-iso-east-1", "us-iso-west-1"] },
  { id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", regions: ["us-isob-east-1", "us-isob-west-1"] },
  { id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", regions: ["eu-isoe-west-1"] },
  { id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", regions: ["us-isof-east-1", "us-isof-south-1"] },
];

const prefixes: readonly (readonly [string, string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["eusc-", "aws-eusc"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
];

/** What a region's name looks like; a new region that is not in the list passes. */
export const regionPattern = /^(eusc-)?[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/;

/** The partition of a region, by its name's beginning, so that a region newer than our list is placed too. */
export function partitionOf(region: string): Partition {
  const id = prefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
  const partition = partitions.find((candidate) => candidate.id === id);
  if (!partition) throw new Error(`no partition ${id}`);
  return partition;
}
