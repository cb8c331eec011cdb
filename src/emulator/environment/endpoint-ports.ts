// The ports of this machine at which a function's own variables have AWS's clients look for a service.

const names = /^AWS_ENDPOINT_URL(?:_[A-Z0-9_]+)?$/;
/** What else has a loopback address is not forwarded: networks of environments' own have this one for it. */
const hosts = new Set(["127.0.0.1", "localhost"]);

/** Port → the first variable that names it, of `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` with a URL of this machine. */
export function endpointPorts(environment: Readonly<Record<string, string>>): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!names.test(name) || !URL.canParse(value)) continue;
    const url = new URL(value);
    if (!/^https?:$/.test(url.protocol) || !hosts.has(url.hostname)) continue;
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    if (!found.has(port)) found.set(port, name);
  }
  return found;
}
