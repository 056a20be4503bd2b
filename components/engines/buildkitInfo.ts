// Asks a BuildKit daemon for its version, in one call of its gRPC interface: enough to know whether it is there, whether it
// takes this machine's certificate, and whether it is too old.

import * as http2 from "node:http2";
import type * as net from "node:net";

/** Milliseconds for the answer. */
const patience = 5_000;

export interface BuildkitAnswer {
  /** Whether there was a connection, be it one that was closed at once. */
  connected: boolean;
  /** Why there is no answer. A server that is connected and silent has none. */
  failure?: string;
  /** The gRPC status of Control.Info, which came with BuildKit 0.11: 12 where it is not known (gRPC status codes). */
  status?: number;
}

/** `connect` may throw: Node does where a certificate's file has something else in it. */
export function askBuildkit(connect: () => net.Socket): Promise<BuildkitAnswer> {
  return new Promise((resolve) => {
    let connected = false;
    let session: http2.ClientHttp2Session | undefined;
    const end = (answer: Omit<BuildkitAnswer, "connected">) => {
      clearTimeout(timer);
      session?.destroy();
      resolve({ connected, ...answer });
    };
    const fail = (error: unknown) => end({ failure: failureCode(error) });
    const timer = setTimeout(() => end(connected ? {} : { failure: "no answer" }), patience);
    const statusIn = (headers: http2.IncomingHttpHeaders) => {
      const status = headers["grpc-status"];
      if (status !== undefined) end({ status: Number(status) });
    };
    try {
      // First of all who hears of an error: the stream's would only say that it was cancelled.
      const socket = connect().on("error", fail);
      socket.once("connect", () => (connected = true));
      session = http2.connect("http://buildkit", { createConnection: () => socket });
      session.on("error", fail).once("close", () => end({ failure: "closed" }));
      const call = session.request({
        ...{ ":method": "POST", ":path": "/moby.buildkit.v1.Control/Info" },
        ...{ "content-type": "application/grpc", te: "trailers" },
      });
      call.on("error", fail).on("response", statusIn).on("trailers", statusIn);
      call.resume();
      // An empty message: no compression, no bytes.
      call.end(Buffer.alloc(5));
    } catch (error) {
      fail(error);
    }
  });
}

export function failureCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "an error";
}
