// A target with its SDK clients: made when first asked for, one for each service, region and manner.
import { setMaxListeners } from "node:events";
import type { Target } from "../model/target.ts";
import { type Pace, realPace } from "./pace.ts";

/** How patient a client is. */
export interface Manner {
  /** How often the SDK may send one request; undefined for what the user's environment or profile says. */
  readonly attempts: number | undefined;
  /** How long a connection may be silent before the request is given up; 0 for any time. */
  readonly silenceMilliseconds: number;
}

/** What every client of the SDK is made with. */
interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly profile?: string;
  readonly useDualstackEndpoint?: false;
  readonly useFipsEndpoint?: false;
  readonly retryMode: "adaptive" | "standard";
  readonly maxAttempts?: number;
  readonly requestHandler: { connectionTimeout: number; socketTimeout?: number };
}

type ClientClass<Client> = new (settings: ClientSettings) => Client;

/** Where calls go, and when they stop. */
export interface Connection {
  readonly target: Target;
  /** Ends every call and every wait. */
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** What to do about a permission that is missing, where somebody knows. */
  readonly whenDenied?: string | undefined;
  /** The client of a service in a region. */
  client<Client>(service: ClientClass<Client>, region: string, manner?: Manner): Client;
}

interface ConnectOptions {
  readonly signal: AbortSignal;
  readonly pace?: Pace;
  /** How often the SDK may send a request that can be repeated; undefined for what the user's environment or profile says. */
  readonly attempts?: number | undefined;
  /** What to do about a permission that is missing: a sentence for the end of such hints. */
  readonly whenDenied?: string | undefined;
}

/** For calls that change something at each repetition: what to do after a lost answer is the caller's to decide. */
export const once: Manner = { attempts: 1, silenceMilliseconds: 300_000 };

/** For invocations: a function may think for fifteen minutes without a word. */
export const onceAndPatient: Manner = { attempts: 1, silenceMilliseconds: 0 };

const connectMilliseconds = 10_000;

/** Connects to a target; nothing is loaded or sent until a call is made. */
export function connect(target: Target, options: ConnectOptions): Connection {
  const ordinary: Manner = { attempts: options.attempts, silenceMilliseconds: 60_000 };
  // Every request listens to it, and Node would warn of a leak at the eleventh.
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  const clients = new Map<ClientClass<unknown>, Map<string, unknown>>();
  const makeClient = <Client>(service: ClientClass<Client>, settings: ClientSettings) => {
    const client = new service(settings);
    if (target.headers) addHeaders(client as unknown as WithMiddleware, target.headers);
    return client;
  };
  return {
    target,
    signal,
    pace: options.pace ?? realPace,
    whenDenied: options.whenDenied,
    client<Client>(service: ClientClass<Client>, region: string, manner = ordinary) {
      const ofService = clients.get(service) ?? new Map<string, unknown>();
      clients.set(service, ofService);
      const key = `${region} ${manner.attempts} ${manner.silenceMilliseconds}`;
      const client =
        (ofService.get(key) as Client | undefined) ?? makeClient(service, settingsFor(target, region, manner));
      ofService.set(key, client);
      return client;
    },
  };
}

/** What all clients of the SDK have. */
interface WithMiddleware {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: SdkRequest) => unknown) => (args: SdkRequest) => unknown,
      options: { readonly step: "build"; readonly name: string },
    ): void;
  };
}

interface SdkRequest {
  readonly request: { readonly headers: Record<string, string> };
}

/** Before the request is signed. */
function addHeaders({ middlewareStack }: WithMiddleware, headers: Readonly<Record<string, string>>): void {
  const add = (next: (args: SdkRequest) => unknown) => (args: SdkRequest) => {
    Object.assign(args.request.headers, headers);
    return next(args);
  };
  middlewareStack.add(add, { step: "build", name: "targetHeaders" });
}

function settingsFor(target: Target, region: string, manner: Manner): ClientSettings {
  const { endpoint, credentials, profile } = target;
  return {
    region,
    // The SDK refuses a named endpoint together with these, which a user may have set for AWS's own.
    ...(endpoint !== undefined && { endpoint, useDualstackEndpoint: false, useFipsEndpoint: false }),
    ...(credentials && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      },
    }),
    ...(profile !== undefined && { profile }),
    // Adaptive also holds requests back once AWS has throttled one; where nothing is repeated, the caller decides when to go on.
    retryMode: manner.attempts === 1 ? "standard" : "adaptive",
    ...(manner.attempts !== undefined && { maxAttempts: manner.attempts }),
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      ...(manner.silenceMilliseconds > 0 && { socketTimeout: manner.silenceMilliseconds }),
    },
  };
}
