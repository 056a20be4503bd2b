// Checks of the input smokeTest.

import type { SmokeTestArgs, SmokeTestHttpArgs } from "../args";
import { objectOf, text, texts, within } from "./inputValidator";

const longestSeconds = 600;

const http = objectOf<SmokeTestHttpArgs>({
  port: (validator, path, value) => {
    if (value === undefined) validator.add(path, "is required: the port that the program listens on");
    validator.within(path, value, 1, 65535);
  },
  path: text((path) =>
    /^\/[!-~]*$/.test(path)
      ? undefined
      : "is not a path of a URL, such as /healthz, with other characters as %20",
  ),
  status: within(200, 599),
});

export const smokeTest = objectOf<SmokeTestArgs>({
  args: texts(),
  http,
  timeoutSeconds: within(1, longestSeconds),
});
