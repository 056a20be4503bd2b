// What can go wrong between a client and a registry, for FaultProxy.

import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faultProxy";

/** Answers with a status and, in the registry's own form, why. The body that the client sends is read first. */
export function refuse(
  status: number,
  code = "UNKNOWN",
  message = "injected",
  headers: Record<string, string> = {},
): Fault {
  return async ({ request, response, passed }) => {
    for await (const chunk of request) passed.bytesUp += (chunk as Buffer).length;
    passed.status = status;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
  };
}

/** Says nothing at all, and keeps the connection. */
export const silence: Fault = ({ request }) => void request.resume();

/** The connection breaks before the registry hears of the request. */
export const lostRequest: Fault = async ({ request, passed }) => {
  for await (const chunk of request) passed.bytesUp += (chunk as Buffer).length;
  request.socket.destroy();
};

/** The registry does what it was asked for, but the connection breaks before it can say so. */
export const lostAnswer: Fault = ({ request, forward }) =>
  forward(() => {
    request.socket.destroy();
    return {};
  });

/** The connection breaks after so many bytes of a request's body, once; shorter requests pass. */
export function cutRequest(bytes: number): Fault {
  let cut = false;
  return async ({ request, passed, forward }) => {
    request.on("data", () => {
      if (cut || passed.bytesUp < bytes) return;
      cut = true;
      request.socket.destroy();
    });
    await forward();
  };
}

/** The connection breaks after so many bytes of the answer's body. */
export function cutAnswer(bytes: number): Fault {
  return ({ response, forward }) =>
    forward(() => ({
      async *body(chunks) {
        let left = bytes;
        for await (const chunk of chunks) {
          yield chunk.subarray(0, left);
          left -= chunk.length;
          if (left > 0) continue;
          // What was written must be on its way before.
          await sleep(50);
          response.socket?.destroy();
          return;
        }
      },
    }));
}

/** A small piece of the answer's body at a time, with pauses. */
export function drip(bytes: number, everyMs: number): Fault {
  return ({ forward }) =>
    forward(() => ({
      async *body(chunks) {
        for await (const chunk of chunks) {
          for (let start = 0; start < chunk.length; start += bytes) {
            yield chunk.subarray(start, start + bytes);
            await sleep(everyMs);
          }
        }
      },
    }));
}

/** The answer comes later. */
export function delay(ms: number): Fault {
  return async ({ forward }) => {
    await sleep(ms);
    await forward();
  };
}

/** Another value for a header of the answer, or none. */
export function header(name: string, value: string | undefined): Fault {
  return ({ forward }) =>
    forward(({ headers }) => {
      const changed = { ...headers };
      if (value === undefined) delete changed[name];
      else changed[name] = value;
      return { headers: changed };
    });
}

/** The same number of bytes, one of which is another. */
export const corrupt: Fault = ({ forward }) =>
  forward(() => ({
    async *body(chunks) {
      let first = true;
      for await (const chunk of chunks) {
        const copy = Buffer.from(chunk);
        if (first) copy[copy.length >> 1]! ^= 1;
        first = false;
        yield copy;
      }
    },
  }));

/** Sends the client to the same path of another origin, such as "http://127.0.0.1:1234". */
export function redirect(origin: string): Fault {
  return ({ request, response, passed }) => {
    passed.status = 307;
    request.resume();
    response.writeHead(307, { location: new URL(request.url ?? "/", origin).href }).end();
  };
}
