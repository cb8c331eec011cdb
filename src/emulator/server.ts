// The room's door: starts the endpoint, and with it the account that it plays.
import { setMaxListeners } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { InvocationTrace } from "../model/invocation-trace.ts";
import type { Credentials } from "../model/target.ts";
import { KeyRing, loadUserCredentials } from "./access/credentials.ts";
import { checkUserPolicy, openUserPolicy } from "./access/user-policy.ts";
import { Activity } from "./activity.ts";
import { destinationsFolder } from "./background/folder.ts";
import type { ExecutionHost, Executor } from "./execution.ts";
import type { Fault } from "./faults/fault.ts";
import { FaultBook } from "./faults/fault-book.ts";
import type { CountedFault } from "./faults/fault-set.ts";
import { createGateway, type SideDoor } from "./gateway.ts";
import { LazyExecutor } from "./lazy-executor.ts";
import { type Listener, listenOnLoopback } from "./listener.ts";
import { seldom } from "./seldom.ts";
import { accountService } from "./services/account/service.ts";
import type { AccountState } from "./services/account-state.ts";
import { Downloads, downloadPath } from "./services/downloads.ts";
import { iamService } from "./services/iam/service.ts";
import { resumeEvents } from "./services/lambda/events/event-queue.ts";
import { ThrottledEvents } from "./services/lambda/events/throttled-events.ts";
import { lambdaService } from "./services/lambda/service.ts";
import { Settling } from "./services/lambda/settling.ts";
import { logsService } from "./services/logs/service.ts";
import { s3Service } from "./services/s3/service.ts";
import { removeDueSecrets } from "./services/secrets/secret.ts";
import { secretsService } from "./services/secrets/service.ts";
import { sendFile } from "./services/send-file.ts";
import { ssmService } from "./services/ssm/service.ts";
import { stsService } from "./services/sts/service.ts";
import type { ChosenSettings } from "./settings.ts";
import { Destinations } from "./store/destinations.ts";
import { openStore, type Store } from "./store/store.ts";
import { AwsError } from "./wire/aws-error.ts";

/** How an endpoint is to be. */
export interface EmulatorOptions extends ChosenSettings {
  /** Where everything is kept: one folder is one account. */
  readonly directory: string;
  /** A free one without. */
  readonly port?: number | undefined;
  /** For the runtimes: where programs are found. */
  readonly env: NodeJS.ProcessEnv;
  /** What the person who runs the endpoint should read; nobody does without. */
  readonly warn?: ((message: string) => void) | undefined;
  /** What that person may look up later, and need not worry about: where records of events were written. */
  readonly note?: ((message: string) => void) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds from Pending to Active, and from InProgress to Successful; a function where that is to change on the way. */
  readonly settleMilliseconds?: number | (() => number) | undefined;
  /** Milliseconds before the second and the third attempt at an event. */
  readonly retryPauses?: readonly number[] | undefined;
  /** Milliseconds that a throttled event waits: at first, then doubled each time up to the most. */
  readonly throttlePauses?: { readonly first: number; readonly most: number } | undefined;
  /** Another execution side, for tests. */
  readonly createExecutor?: ((host: ExecutionHost) => Promise<Executor>) | undefined;
  /** Listens already: for the one that must know its port before it may touch the folder. */
  readonly listener?: Listener | undefined;
  /** Further paths below `/_lambda-ext/`. */
  readonly sideDoor?: SideDoor | undefined;
}

interface CloseOptions {
  /** For the calls that are under way; none unless said otherwise: they are cut off. */
  readonly graceMilliseconds?: number | undefined;
}

/** A running endpoint. */
export interface Emulator {
  readonly url: string;
  /** The user's: they may do everything that the policy of `enforceIam` allows, and everything without. */
  readonly credentials: Credentials;
  /** The execution side, which is started at its first use. */
  executor(): Promise<Executor>;
  /** What happened in one of the latest hundred invocations; see `Executor.trace`. */
  trace(requestId: string): Promise<InvocationTrace | undefined>;
  /** How many invocations are running now. */
  active(): number;
  /** How many functions there are, in all regions. */
  functions(): number;
  readonly activity: Activity;
  /** Puts other faults in the place of those that it was started with. @throws LambdaExtError `InvalidFault`. */
  setFaults(faults: readonly Fault[]): void;
  /** The faults in force, and how many calls each has met. */
  faults(): readonly CountedFault[];
  /** Takes no more calls of the user's, gives those under way their time, ends every environment with a SHUTDOWN, then the endpoint. */
  close(options?: CloseOptions): Promise<void>;
}

/** Lambda takes seconds; this is enough for a client to meet both states. */
const defaultSettle = 25;
/** AWS waits one and two minutes; nobody wants to wait that long at their own machine. */
const defaultPauses = [1000, 2000];

/** AWS begins with a second and goes up to five minutes. An invocation that ends makes room at once, whatever the pause. */
const defaultThrottlePauses = { first: 100, most: 5000 };

/** For a change that is on its way to the disk. */
const lastWordsMilliseconds = 2000;

/** Starts an endpoint in this process. Nobody else may be using the folder: see background/lead.ts. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { directory, now = Date.now, warn = () => {}, settleMilliseconds: settle = defaultSettle } = options;
  const { enforceIam = "" } = options;
  checkUserPolicy(enforceIam);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const listener = options.listener ?? (await listenOnLoopback(options.port ?? 0));
  try {
    const credentials = await loadUserCredentials(join(directory, "credentials.json"));
    const store = await openStore(join(directory, "store"));
    store.logs.expire(now());
    await removeDueSecrets(store, now());
    const keys = new KeyRing(credentials);
    const warnSeldom = seldom(warn, now);
    const host = executionHost({ listener, store, keys, warn, warnSeldom, now, directory });
    const executor = new LazyExecutor(options, host);
    const closing = new AbortController();
    // Every call that is held back listens to it, and Node would warn of a leak at the eleventh.
    setMaxListeners(0, closing.signal);
    const background = new Set<Promise<unknown>>();
    const account: AccountState = {
      store,
      userPolicy: openUserPolicy(enforceIam),
      downloads: new Downloads(listener.url, now),
      settling: new Settling(),
      destinations: new Destinations(destinationsFolder(directory)),
      throttled: new ThrottledEvents(closing.signal),
      executor: () => executor.get(),
      retire: (functionArn) => account.background(executor.retire(functionArn)),
      background(work) {
        const done = work.catch((error: unknown) => warn(String(error))).finally(() => background.delete(done));
        background.add(done);
      },
      warn,
      warnSeldom,
      note: options.note ?? (() => {}),
      closing: closing.signal,
      now,
      settleMilliseconds: typeof settle === "function" ? settle : () => settle,
      retryPauses: options.retryPauses ?? defaultPauses,
      throttlePauses: options.throttlePauses ?? defaultThrottlePauses,
    };
    const activity = new Activity(now);
    const services = {
      account: accountService(account),
      lambda: lambdaService(account),
      iam: iamService(account),
      sts: stsService(account),
      ssm: ssmService(account),
      secretsmanager: secretsService(account),
      s3: s3Service(account),
      logs: logsService(account),
    };
    const faults = new FaultBook(services, options.faults ?? []);
    listener.serve(
      createGateway({
        keys,
        services,
        faults,
        closing: closing.signal,
        sideDoor: async (request, path) =>
          path.startsWith(downloadPath) ? sendZip(account, path) : options.sideDoor?.(request, path),
        now,
        warn,
        begin(principal, request) {
          if (closing.signal.aborted && principal.kind === "user") throw ending();
          return activity.begin(principal, request);
        },
      }),
    );
    resumeEvents(account);
    return {
      url: listener.url,
      credentials,
      executor: () => executor.get(),
      trace: (requestId) => executor.trace(requestId),
      active: () => executor.active,
      functions: () => store.functions.list().length,
      activity,
      setFaults: (next) => faults.set(next),
      faults: () => faults.counts,
      async close({ graceMilliseconds = 0 } = {}) {
        closing.abort();
        account.settling.close();
        await activity.quiet(graceMilliseconds);
        // Still served meanwhile: an extension may want to say something in its SHUTDOWN.
        await executor.close();
        // What ends may begin something else: an event for another function is begun by the one before it.
        while (background.size > 0) await Promise.all(background);
        // What is being written is written before the next process reads it.
        await activity.quiet(lastWordsMilliseconds);
        await listener.close();
        store.logs.close();
      },
    };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

function ending(): AwsError {
  return new AwsError("ServiceUnavailable", "The local endpoint is ending.", { status: 503 });
}

interface HostParts {
  readonly listener: Listener;
  readonly store: Store;
  readonly keys: KeyRing;
  readonly directory: string;
  readonly warn: (message: string) => void;
  readonly warnSeldom: (message: string) => void;
  readonly now: () => number;
}

function executionHost({ listener, store, keys, directory, warn, warnSeldom, now }: HostParts): ExecutionHost {
  const workDirectory = join(directory, "work");
  mkdirSync(workDirectory, { recursive: true, mode: 0o700 });
  return {
    endpointUrl: listener.url,
    workDirectory,
    issueCredentials: (roleArn, sessionName) => keys.issue(roleArn, sessionName),
    appendLogs(region, name, stream, lines) {
      try {
        const ingestionTime = now();
        const events = lines.map(({ timestamp, message }) => ({ timestamp, ingestionTime, message }));
        store.logs.openStream({ region, name }, stream, ingestionTime).append(events);
      } catch (error) {
        // A full disk refuses fifty batches a second.
        warnSeldom(`The log ${name} could not be written: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    warn,
  };
}

async function sendZip(account: AccountState, path: string) {
  const codeSha256 = account.downloads.find(path.slice(downloadPath.length));
  return codeSha256 === undefined ? undefined : sendFile(account.store.blobs.path(codeSha256));
}
