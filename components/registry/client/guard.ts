// Keeps requests to where a registry has sent us within what it may send us to, at the address that is connected to: a name may
// resolve to another one a moment later.
import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { cleanLine } from "../../text";
import { farther, maySendTo, reachOf, reachOfName, reachOfSender, type Reach } from "./address";
import { RegistryError } from "./errors";
import type { Guard } from "./http";
import { proxyFor } from "./proxy";
import type { Session } from "./session";

/** The distance of the server that sent `response`. Behind a proxy only the host's name can be judged. */
export function reachOfAnswer(session: Session, url: URL, response: IncomingMessage): Reach {
  if (proxyFor(url, session.env) !== undefined) return reachOfName(url.hostname, reachOfSender) ?? "internet";
  const address = response.socket.remoteAddress;
  return address === undefined ? "internet" : reachOfSender(address);
}

/** The distance never shrinks: a remote registry's name could resolve to this machine on the next request. */
export function noteRegistry(session: Session, url: URL, response: IncomingMessage): Reach {
  const answered = reachOfAnswer(session, url, response);
  session.reach = session.reach === undefined ? answered : farther(answered, session.reach);
  return session.reach;
}

/**
 * Resolves the host of `url`, and fails when one of its addresses is nearer than who named it may know, which is `from`. Behind a
 * proxy the proxy resolves: there only addresses and names of this machine can be judged.
 */
export function guardFor(session: Session, url: URL, how: string, from: Reach = "internet"): Guard {
  const refused = () =>
    new RegistryError(
      `cannot use the registry of ${session.name}: ${how} ${cleanLine(url.host)}, which is on this machine or its network, unlike the registry`,
    );
  const named = reachOfName(url.hostname);
  if (named !== undefined && !maySendTo(from, named)) throw refused();
  const judged = named === undefined && proxyFor(url, session.env) === undefined;
  const lookup: LookupFunction = (hostname, options, done) => {
    session.settings.resolve(hostname).then(
      (addresses) => {
        if (judged && addresses.some(({ address }) => !maySendTo(from, reachOf(address))))
          done(refused(), "", 0);
        else answer(addresses, options.all === true, done);
      },
      (error: NodeJS.ErrnoException) => done(error, "", 0),
    );
  };
  return { lookup, rule: `from ${from}` };
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
