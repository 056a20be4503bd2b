// A certificate for this machine's loopback, signed by an authority that nobody knows.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";

export interface Certificate {
  key: string;
  cert: string;
  /** PEM text of the authority, and the file with it. */
  authority: string;
  authorityFile: string;
}

export function makeCertificate(): Certificate {
  const keys = makeTree({ "san.cnf": "subjectAltName=DNS:localhost,IP:127.0.0.1\n" });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: keys, stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=company",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.pem", "-days", "2", "-extfile", "san.cnf"],
  );
  const read = (name: string) => fs.readFileSync(path.join(keys, name), "utf8");
  const authorityFile = path.join(keys, "ca.pem");
  return { key: read("server.key"), cert: read("server.pem"), authority: read("ca.pem"), authorityFile };
}
