// IAM's pages: Marker and MaxItems in, IsTruncated and Marker out.
import { Constraints } from "../../wire/constraints.ts";
import type { Form } from "../../wire/form.ts";
import type { XmlValue } from "../../wire/xml.ts";
import { type Page, pageOf } from "../pages.ts";

/** The page that a request asks for: a hundred items unless it says how many. */
export function readPage<T>(form: Form, items: readonly T[], keyOf: (item: T) => string): Page<T> {
  const size = Number(form.get("MaxItems") ?? 100);
  new Constraints().range(size, "maxItems", [1, 1000]).done("ValidationError");
  return pageOf(items, keyOf, { marker: form.get("Marker"), size });
}

/** A result with the members of its page. */
export function marked(result: { readonly [name: string]: XmlValue }, page: Page<unknown>) {
  return { ...result, IsTruncated: page.next !== undefined, Marker: page.next };
}
