// Versions that hold nothing and fill a number: how they are told from real ones.

const beginning = "Fills a number, so that ";

/** What a placeholder of a layer says of itself, within Lambda's 256 characters. */
export function placeholderDescription(layerName: string): string {
  return `${beginning}${layerName} has the same ones in all regions`;
}

/** Whether a version is one: nobody is to be sent to it. */
export function isPlaceholder({ description }: { readonly description: string }): boolean {
  return description.startsWith(beginning);
}
