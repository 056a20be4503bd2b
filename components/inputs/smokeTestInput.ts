// Checks of the input smokeTest.

import type { SmokeTestArgs, SmokeTestHttpArgs } from "../args";
import { objectOf, text, texts, within } from "./inputChecks";

const longestSeconds = 600;

const http = objectOf<SmokeTestHttpArgs>({
  port: (add, path, value) => {
    if (value === undefined) add(path, "is required: the port that the program listens on");
    within(1, 65535)(add, path, value);
  },
  path: text((path) =>
    /^\/[!-~]*$/.test(path)
      ? undefined
      : "is not the path of a URL, such as /healthz; write other characters in percent-encoding, such as %20 for a space",
  ),
  status: within(200, 599),
});

export const smokeTest = objectOf<SmokeTestArgs>({
  args: texts(),
  http,
  timeoutSeconds: within(1, longestSeconds),
});
