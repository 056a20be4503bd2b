// Keeps requests to where a registry has sent us within what it may send us to, at the address that is connected to: a name may
// resolve to another one a moment later.
import type { LookupFunction } from "node:net";
import { maySendTo, reachOf, reachOfName } from "./address";
import { RegistryError } from "./errors";
import { proxyFor } from "./proxy";
import { registryReach, type Session } from "./session";

/**
 * Resolves the host of `url`, and fails when one of its addresses is nearer than the registry. Behind a proxy the proxy resolves:
 * there only addresses and names of this machine can be judged.
 */
export async function guardedLookup(session: Session, url: URL, how: string): Promise<LookupFunction> {
  const registry = await registryReach(session);
  const refused = () =>
    new RegistryError(
      `cannot use the registry of ${session.name}: ${how} ${url.host}, which is on this machine or its network, where the registry is not`,
    );
  const named = reachOfName(url.hostname);
  if (named !== undefined && !maySendTo(registry, named)) throw refused();
  if (named !== undefined || proxyFor(url, session.env) !== undefined) return systemLookup(session);
  return (hostname, options, done) => {
    session.settings.resolve(hostname).then(
      (addresses) => {
        if (addresses.some(({ address }) => !maySendTo(registry, reachOf(address)))) done(refused(), "", 0);
        else answer(addresses, options.all === true, done);
      },
      (error: NodeJS.ErrnoException) => done(error, "", 0),
    );
  };
}

function systemLookup(session: Session): LookupFunction {
  return (hostname, options, done) => {
    session.settings.resolve(hostname).then(
      (addresses) => answer(addresses, options.all === true, done),
      (error: NodeJS.ErrnoException) => done(error, "", 0),
    );
  };
}

function answer(
  addresses: { address: string; family: number }[],
  all: boolean,
  done: Parameters<LookupFunction>[2],
): void {
  const [first] = addresses;
  if (first === undefined) done(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 0);
  else if (all) done(null, addresses);
  else done(null, first.address, first.family);
}
