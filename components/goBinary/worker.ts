// The worker that takes programs apart: see takeApart.ts.
import { parentPort } from "node:worker_threads";
import { breakDown } from "./breakdown";

parentPort?.on("message", (bytes: ArrayBuffer) => {
  parentPort?.postMessage({ found: breakDown(Buffer.from(bytes)) });
});
