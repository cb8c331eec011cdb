// Writes the XML of the query protocols.

/** A value that becomes XML: a text, a list of `<member>`, or elements by name; undefined is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** Escapes a text; characters that XML 1.0 cannot hold at all are replaced. */
export function escapeXml(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ufffd]/g, "\ufffd").replace(/[&<>"\r]/g, (c) => escapes[c] ?? c);
}

/** One element with its content. */
export function element(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `<${name}>${value.map((member) => element("member", member)).join("")}</${name}>`;
  if (typeof value === "object")
    return `<${name}>${elements(value as { readonly [name: string]: XmlValue })}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** Elements side by side, in the order of the object's keys. */
export function elements(values: { readonly [name: string]: XmlValue }): string {
  return Object.entries(values)
    .map(([name, value]) => element(name, value))
    .join("");
}
