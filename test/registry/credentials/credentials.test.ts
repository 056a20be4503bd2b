import * as assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { askHelper } from "../../../components/registry/credentials/helper";
import { CredentialError, findCredentials } from "../../../components/registry/credentials/store";

const basic = (user: string, password: string): { auth: string } => ({
  auth: Buffer.from(`${user}:${password}`).toString("base64"),
});

describe("registry/credentials", () => {
  let dir: string;
  let env: NodeJS.ProcessEnv;
  let config: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "goimage-credentials-"));
    config = join(dir, "config.json");
    env = { HOME: join(dir, "home"), DOCKER_CONFIG: dir, PATH: `${dir}${delimiter}${process.env["PATH"]}` };
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const store = (content: object): Promise<void> => writeFile(config, JSON.stringify(content));
  const helper = (name: string, script: string): Promise<void> =>
    writeFile(join(dir, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const found = async (domain: string, path?: string): Promise<string | undefined> => {
    const credentials = await findCredentials(domain, env, path);
    return (
      credentials && `${credentials.username ?? "token"} ${credentials.password ?? credentials.identityToken}`
    );
  };
  const failsWith = async (reason: RegExp, secret = "hunter2"): Promise<void> => {
    await assert.rejects(findCredentials("r.example.com", env), (error: Error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(error.message, reason);
      assert.ok(!error.message.includes(secret));
      return true;
    });
  };

  it("finds nothing without a configuration or with an empty one", async () => {
    assert.equal(await found("r.example.com"), undefined);
    await store({});
    assert.equal(await found("r.example.com"), undefined);
    await store({ auths: { "r.example.com": {} } });
    assert.equal(await found("r.example.com"), undefined);
  });

  for (const key of [
    "r.example.com",
    "https://r.example.com",
    "http://r.example.com/",
    "https://r.example.com/v1/",
    "r.example.com/v2/",
  ]) {
    it(`reads auths stored as ${key}`, async () => {
      await store({ auths: { "other.example.com": basic("no", "no"), [key]: basic("me", "pass:word") } });
      assert.equal(await found("r.example.com"), "me pass:word");
    });
  }

  it("finds Docker Hub's entry under its old address", async () => {
    await store({ auths: { "https://index.docker.io/v1/": basic("me", "hub") } });
    assert.equal(await found("docker.io"), "me hub");
    assert.equal(await found("r.example.com"), undefined);
  });

  it("treats a host with a port as a registry of its own", async () => {
    await store({ auths: { "r.example.com:5000": basic("me", "5000") } });
    assert.equal(await found("r.example.com"), undefined);
    assert.equal(await found("r.example.com:5000"), "me 5000");
  });

  it("reads identity tokens, and prefers DOCKER_AUTH_CONFIG", async () => {
    await store({ auths: { "r.example.com": { ...basic("me", ""), identitytoken: "refresh" } } });
    assert.equal(await found("r.example.com"), "token refresh");
    env["DOCKER_AUTH_CONFIG"] = JSON.stringify({ auths: { "r.example.com": basic("ci", "job") } });
    assert.equal(await found("r.example.com"), "ci job");
  });

  it("prefers the registry's own helper to the general one, and helpers to auths", async () => {
    const answer = (user: string): string =>
      `read server; printf '{"Username":"${user}","Secret":"%s"}' "$server"`;
    await helper("own", answer("own"));
    await helper("general", answer("general"));
    await store({
      credsStore: "general",
      credHelpers: { "https://r.example.com": "own" },
      auths: { "r.example.com": basic("file", "x") },
    });
    assert.equal(await found("r.example.com"), "own r.example.com");
    assert.equal(await found("b.example.com"), "general b.example.com");
    assert.equal(await found("docker.io"), "general https://index.docker.io/v1/");
  });

  it('takes the user <token> as an identity token, and "not found" as no credentials', async () => {
    await helper("token", `echo '{"Username":"<token>","Secret":"refresh"}'`);
    await store({ credsStore: "token" });
    assert.equal(await found("r.example.com"), "token refresh");
    await helper("none", `echo "credentials not found in native keychain"; exit 1`);
    await store({ credsStore: "none" });
    assert.equal(await found("r.example.com"), undefined);
  });

  it("names the helper that failed, and how", async () => {
    await store({ credsStore: "absent" });
    await failsWith(
      /docker-credential-absent \(named in .*config\.json\) is not installed, or not in PATH\. Install it, or remove "absent" from credsStore and credHelpers in .*config\.json/,
    );
    await store({ credHelpers: { "r.example.com": "ecr-login" } });
    await failsWith(
      /docker-credential-ecr-login .* not in PATH: it is the package amazon-ecr-credential-helper\. Install it/,
    );
    await store({ credsStore: "garbage" });
    await helper("garbage", "echo hunter2");
    await failsWith(/docker-credential-garbage .* did not answer with JSON for r\.example\.com/);
    await helper("garbage", `echo '{"Secret":"hunter2"}'`);
    await failsWith(/without Username and Secret/);
    await helper("garbage", `printf 'keychain is \\033[31mlocked'; exit 3`);
    await failsWith(/exit code 3: keychain is locked$/);
    await store({ credsStore: "../../bin/sh" });
    await failsWith(/name of a credential helper in .*config\.json is not valid/);
  });

  it("gives up on a helper that hangs, even when its child keeps the pipes open", async () => {
    // Waiting for it would take longer than a test may.
    await helper("hang", "sleep 90 & sleep 90");
    await assert.rejects(
      askHelper("hang", "r.example.com", config, env, 150),
      /did not answer .* within 0\.15 s/,
    );
  });

  it("names an invalid file without repeating its content", async () => {
    await writeFile(config, `{"auths": {"r.example.com": {"auth": "hunter2" oops`);
    await failsWith(/config\.json is not valid JSON/);
    await store({ auths: { "r.example.com": { auth: "aHVudGVyMg==" } } });
    await failsWith(/auth of r\.example\.com in .*config\.json is not the base64 of USER:PASSWORD/);
    await store({ auths: [] });
    await failsWith(/must be JSON objects/);
    await writeFile(config, "null");
    await failsWith(/does not hold a JSON object/);
  });

  it("reads Podman's files next, with the most specific key first", async () => {
    await mkdir(join(dir, "home", ".config", "containers"), { recursive: true });
    const auths = {
      "r.example.com": basic("host", "1"),
      "r.example.com/team": basic("team", "2"),
      "r.example.com/team/api": basic("api", "3"),
    };
    await writeFile(join(dir, "home", ".config", "containers", "auth.json"), JSON.stringify({ auths }));
    assert.equal(await found("r.example.com", "team/api"), "api 3");
    assert.equal(await found("r.example.com", "team/web"), "team 2");
    assert.equal(await found("r.example.com", "teams/web"), "host 1");
    // What a login left for this session comes before what is kept.
    env["XDG_RUNTIME_DIR"] = join(dir, "run");
    await mkdir(join(dir, "run", "containers"), { recursive: true });
    const session = { auths: { "r.example.com/team": basic("session", "4") } };
    await writeFile(join(dir, "run", "containers", "auth.json"), JSON.stringify(session));
    assert.equal(await found("r.example.com", "team/web"), "session 4");
    assert.equal(await found("r.example.com", "teams/web"), "host 1");
    env["REGISTRY_AUTH_FILE"] = join(dir, "absent.json");
    assert.equal(await found("r.example.com"), undefined);
  });
});
