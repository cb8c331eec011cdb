// The part of dynalite that the tests use; it carries no types of its own.
declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB in memory, as a server that does not listen yet. */
  function dynalite(options?: { readonly createTableMs?: number }): Server;
  export = dynalite;
}
