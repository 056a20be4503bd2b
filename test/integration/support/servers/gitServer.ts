// Git repositories over http, by git's own http-backend (a CGI program).

import { execFileSync, spawn } from "node:child_process";
import * as path from "node:path";
import type { Answer } from "./companyServer";

/** Serves the bare repositories below a directory. */
export function gitRepositories(directory: string): Answer {
  const program = path.join(
    execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(),
    "git-http-backend",
  );
  return (request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    // Servers take a repository's name with and without .git.
    const pathInfo = url.pathname.replace(/^(\/[^/]+\/[^/.]+)(?=\/)/, "$1.git");
    const child = spawn(program, {
      env: {
        ...process.env,
        ...{ GIT_PROJECT_ROOT: directory, GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: "robot" },
        ...{ PATH_INFO: pathInfo, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method },
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    request.pipe(child.stdin);
    child.stdin.on("error", () => undefined);
    // A client that goes away in the middle leaves the program waiting for the rest.
    response.once("close", () => child.kill());
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf("\r\n\r\n");
      for (const line of output.subarray(0, end).toString().split("\r\n")) {
        const [, name = "", value = ""] = /^(.*?): (.*)$/.exec(line) ?? [];
        if (name === "Status") response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(output.subarray(end + 4));
    });
  };
}
