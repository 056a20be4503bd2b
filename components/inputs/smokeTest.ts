// Pure checks of the input smokeTest.

import type { Checker } from "./inputValidator";

const longestSeconds = 600;

export function smokeTestProblems(check: Checker, smokeTest: unknown): void {
  if (!check.object("smokeTest", smokeTest, ["args", "http", "timeoutSeconds"])) return;
  check.texts("smokeTest.args", smokeTest["args"]);
  check.within("smokeTest.timeoutSeconds", smokeTest["timeoutSeconds"], 1, longestSeconds);
  const { http } = smokeTest;
  if (!check.object("smokeTest.http", http, ["port", "path", "status"])) return;
  if (http["port"] === undefined)
    check.add("smokeTest.http.port", "is required: the port that the program listens on");
  check.within("smokeTest.http.port", http["port"], 1, 65535);
  check.text("smokeTest.http.path", http["path"], (text) =>
    /^\/[!-~]*$/.test(text)
      ? undefined
      : "is not a path of a URL, such as /healthz, with other characters as %20",
  );
  check.within("smokeTest.http.status", http["status"], 200, 599);
}
