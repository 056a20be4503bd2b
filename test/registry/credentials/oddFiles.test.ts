// Files and helpers' answers that have other kinds of values than they should.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { findCredentials } from "../../../components/registry/credentials/store";
import { makeTree } from "../../support/module";

const host = "r.example.com";
const auth = Buffer.from("me:secret").toString("base64");
const whole = { [host]: { auth } };

interface Place {
  /** The text of docker's file. */
  config?: string | object;
  /** Programs in the PATH, by name. */
  programs?: Record<string, string>;
  variables?: NodeJS.ProcessEnv;
  path?: string;
}

/** User and password; the word "token" before an identity token. */
async function found({ config, programs = {}, variables = {}, path: repository }: Place): Promise<string> {
  const text = typeof config === "object" ? JSON.stringify(config) : config;
  const directory = makeTree(text === undefined ? {} : { "config.json": text });
  for (const [name, script] of Object.entries(programs))
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const PATH = `${directory}:${process.env["PATH"]}`;
  const env = { DOCKER_CONFIG: directory, HOME: directory, PATH, ...variables };
  const credentials = await findCredentials(host, env, repository);
  if (credentials === undefined) return "nothing";
  const { username, password, identityToken } = credentials;
  return identityToken === undefined ? `${username} ${password}` : `token ${identityToken}`;
}

describe("registry/credentials, with odd files", () => {
  it("treats an empty or missing file as no credentials, and refuses an unreadable one", async () => {
    assert.equal(await found({ config: "" }), "nothing");
    assert.equal(await found({ config: " \n" }), "nothing");
    const directory = makeTree({ "config.json/x": "" });
    await assert.rejects(found({ variables: { DOCKER_CONFIG: directory } }), /config\.json: EISDIR/);
    const file = path.join(makeTree({ file: "" }), "file");
    assert.equal(await found({ variables: { DOCKER_CONFIG: file } }), "nothing");
  });

  it("refuses values that are not objects where objects belong", async () => {
    for (const config of [
      { auths: "x" },
      { auths: [] },
      { credHelpers: [] },
      { credHelpers: "x", auths: whole },
    ])
      await assert.rejects(found({ config }), /auths and credHelpers in .* must be JSON objects/);
    for (const config of ["[]", '"x"', "5"])
      await assert.rejects(found({ config }), /does not hold a JSON object/);
    assert.equal(await found({ config: { auths: null, credHelpers: null } }), "nothing");
  });

  it("ignores entries and helper names of the wrong type", async () => {
    for (const config of [
      { credHelpers: { [host]: 5 }, auths: whole },
      { credHelpers: { [host]: null }, auths: whole },
      { credsStore: 5, auths: whole },
      { credsStore: "", auths: whole },
      { credsStore: null, auths: whole },
      { auths: { other: null, [`https://${host}/v1/`]: null, ...whole } },
      { auths: { [host]: { identitytoken: "", auth } } },
      { auths: { [host]: { identitytoken: 5, auth } } },
      { auths: { [host]: { auth: "", username: "me", password: "secret" } } },
      { auths: { [host]: { auth: 5, username: "me", password: "secret" } } },
    ])
      assert.equal(await found({ config }), "me secret", JSON.stringify(config));
    for (const entry of [
      { username: "me" },
      { password: "secret" },
      { username: "", password: "secret" },
      { username: 5, password: "secret" },
      { username: "me", password: 5 },
    ])
      assert.equal(await found({ config: { auths: { [host]: entry } } }), "nothing", JSON.stringify(entry));
    const short = Buffer.from("m:secret").toString("base64");
    assert.equal(await found({ config: { auths: { [host]: { auth: short } } } }), "m secret");
    await assert.rejects(
      found({ config: { auths: { [host]: { auth: Buffer.from(":secret").toString("base64") } } } }),
      /is not the base64 of USER:PASSWORD/,
    );
  });

  it("prefers a helper for the exact host to one for another spelling", async () => {
    const answer = (user: string) => `echo '{"Username":"${user}","Secret":"s"}'`;
    const programs = {
      "docker-credential-exact": answer("exact"),
      "docker-credential-other": answer("other"),
    };
    for (const credHelpers of [
      { [host]: "exact", [`https://${host}/v1/`]: "other" },
      { [`https://${host}/v1/`]: "other", [host]: "exact" },
    ])
      assert.equal(await found({ config: { credHelpers }, programs }), "exact s");
    assert.equal(
      await found({ config: { credHelpers: { [`https://${host}`]: "other" } }, programs }),
      "other s",
    );
  });

  it("prefers DOCKER_AUTH_CONFIG in any of docker's spellings, and falls back to the file", async () => {
    const config = { auths: whole };
    const inline = (auths: object) => ({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });
    const other = { auth: Buffer.from("in:line").toString("base64") };
    assert.equal(await found({ config, variables: inline({ [host]: other }) }), "in line");
    assert.equal(await found({ config, variables: inline({ [`${host}/team`]: other }) }), "in line");
    assert.equal(await found({ config, variables: inline({ "x.example.com": other }) }), "me secret");
  });

  it("reads the file of REGISTRY_AUTH_FILE, with or without a repository's path", async () => {
    const file = path.join(makeTree({ "auth.json": JSON.stringify({ auths: whole }) }), "auth.json");
    for (const repository of [undefined, "", "team/api"])
      assert.equal(
        await found({ variables: { REGISTRY_AUTH_FILE: file }, path: repository ?? "" }),
        "me secret",
      );
  });
});

describe("registry/credentials, with odd helpers", () => {
  const config = { credsStore: "odd", auths: whole };
  const answering = (script: string) => found({ config, programs: { "docker-credential-odd": script } });

  it("treats an answer without values as no credentials, and refuses half an answer", async () => {
    for (const answer of ["{}", "null", '{"Username":"","Secret":""}'])
      assert.equal(await answering(`echo '${answer}'`), "me secret", answer);
    assert.equal(await answering(`echo '{"Username":"u","Secret":""}'`), "u ");
    assert.equal(await answering(`echo '{"Username":"","Secret":"s"}'`), " s");
    for (const answer of [
      '{"Username":"u"}',
      '{"Secret":"s"}',
      '{"Username":5,"Secret":"s"}',
      '{"Username":"u","Secret":5}',
    ])
      await assert.rejects(answering(`echo '${answer}'`), /answered without Username and Secret/, answer);
  });

  it("asks with get, and with the server alone", async () => {
    assert.equal(
      await answering(`echo "{\\"Username\\":\\"$*\\",\\"Secret\\":\\"$(cat)\\"}"`),
      `get ${host}`,
    );
  });

  it("accepts an answer of a megabyte, and refuses a longer one", async () => {
    const long = (bytes: number) =>
      `head -c ${bytes} /dev/zero | tr '\\0' ' '; echo '{"Username":"u","Secret":"s"}'`;
    assert.equal(await answering(long(1_000_000)), "u s");
    await assert.rejects(answering(long(1_048_600)), /answered with more than 1 MiB/);
  });

  it("says why a helper cannot be run", async () => {
    const directory = makeTree({ "config.json": JSON.stringify(config), "docker-credential-odd/x": "" });
    const place = { DOCKER_CONFIG: directory, PATH: directory };
    await assert.rejects(found({ variables: place }), /cannot be run: spawn .*EACCES|is not installed/);
    const text = "x".repeat(500);
    await assert.rejects(answering(`echo ${text}; exit 2`), /with exit code 2: x{200}\.\.\.$/);
    await assert.rejects(answering("kill -9 $$"), /with exit code none: $/);
  });
});
