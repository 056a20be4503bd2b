// A certificate authority of a test's own, and a server's certificate that it signed.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "./module";

export interface Authority {
  /** PEM text of the authority, and the file that holds it. */
  certificate: string;
  file: string;
  server: { key: string; cert: string };
}

/** For localhost, 127.0.0.1 and other addresses of this machine. */
export function makeAuthority(...addresses: string[]): Authority {
  const names = ["DNS:localhost", ...["127.0.0.1", ...addresses].map((address) => `IP:${address}`)];
  const keys = makeTree({ "san.cnf": `subjectAltName=${names.join(",")}\n` });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: keys, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=company"];
  openssl("req", "-x509", ...key, ...ca);
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.pem", "-days", "2", "-extfile", "san.cnf"],
  );
  const read = (name: string) => fs.readFileSync(path.join(keys, name), "utf8");
  return {
    certificate: read("ca.pem"),
    file: path.join(keys, "ca.pem"),
    server: { key: read("server.key"), cert: read("server.pem") },
  };
}
