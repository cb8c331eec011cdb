// What is known of regions beyond their names: which of them every account has without asking.

/**
 * Regions that every account of the commercial partition may use; the others are switched on one by one. AWS documentation
 * (manage-acct-regions), November 2026: those opened before 2019-03-20.
 */
const enabledByDefault: ReadonlySet<string> = new Set([
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
]);

/** Whether an account must have been given this region before its credentials are known there. */
export function isOptIn(region: string): boolean {
  return !enabledByDefault.has(region) && !/^(cn|us-gov|us-iso|eu-iso|eusc)/.test(region);
}
