import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  imageReferenceProblem,
  ImageReferenceError,
  isLoopback,
  parseRepository,
  registryHost,
  tagProblem,
} from "../../components/name/reference";

const hex = "a".repeat(64);

describe("name/reference", () => {
  const good: [string, string, string][] = [
    ["alpine", "docker.io", "library/alpine"],
    ["team/api", "docker.io", "team/api"],
    ["docker.io/alpine", "docker.io", "library/alpine"],
    ["index.docker.io/team/api", "docker.io", "team/api"],
    ["registry.example.com/team/api", "registry.example.com", "team/api"],
    ["Registry.Example.com/team/api", "Registry.Example.com", "team/api"],
    ["localhost/api", "localhost", "api"],
    ["localhost:5000/api", "localhost:5000", "api"],
    ["host:1/a", "host:1", "a"],
    ["host:65535/a/b/c/d", "host:65535", "a/b/c/d"],
    ["127.0.0.1:5000/x", "127.0.0.1:5000", "x"],
    ["[::1]:5000/x", "[::1]:5000", "x"],
    ["[2001:db8::1]/x", "[2001:db8::1]", "x"],
    ["a.b/x__y/z-----w/u.v_t", "a.b", "x__y/z-----w/u.v_t"],
    [
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      "api",
    ],
  ];
  for (const [text, domain, path] of good) {
    it(`takes ${text}`, () => {
      assert.deepEqual(parseRepository(text), {
        domain,
        path,
        name: `${domain.toLowerCase()}/${path}`,
        asWritten: text,
      });
    });
  }

  const bad: [string, RegExp][] = [
    ["", /must not be empty/],
    [" ", /spaces/],
    ["team /api", /spaces/],
    ["team/api\n", /spaces or control/],
    ["team/a\u0000pi", /control/],
    ["teаm/api", /ASCII/],
    ["https://r.example.com/x", /scheme/],
    ["oci://r.example.com/x", /scheme/],
    ["team/api:v1", /has a tag \(:v1\): put tags in `tags`/],
    ["host:5000", /has a tag \(:5000\)/],
    ["host:5000/x:v1", /has a tag \(:v1\)/],
    ["a:b:c", /has a tag|bad/],
    ["team/api:", /ends with a colon/],
    [`team/api@sha256:${hex}`, /has a digest/],
    [`team/api:v1@sha256:${hex}`, /has a digest/],
    ["user:secret@host.example.com/x", /must not contain @/],
    ["Team/api", /lower case after the host \(Team\/api\)/],
    ["r.example.com/Team/api", /lower case/],
    ["host:0/x", /bad port/],
    ["host:99999/x", /bad port/],
    ["host:65536/x", /bad port/],
    ["host:port/x", /bad port/],
    ["host:/x", /bad port/],
    ["[::1/x", /no valid host/],
    ["[zz]:5000/x", /no valid host/],
    ["-a.b/x", /no valid host/],
    [":5000/x", /no valid host/],
    ["/x", /empty part/],
    ["team//api", /empty part/],
    ["team/api/", /empty part/],
    ["../x", /\.\./],
    ["r.example.com/../x", /\.\./],
    ["team/-api", /bad part \(-api\)/],
    ["team/a___b", /bad part/],
    ["team/a..b", /bad part/],
    ["a,b", /comma/],
    [hex, /64 hexadecimal/],
    [`r.example.com/${"a".repeat(255)}`, /longer than 255/],
  ];
  for (const [text, reason] of bad) {
    it(`refuses ${JSON.stringify(text).slice(0, 50)}: ${reason.source}`, () => {
      assert.throws(
        () => parseRepository(text),
        (error) => error instanceof ImageReferenceError && reason.test(error.message),
      );
    });
  }

  it("does not repeat a password in an error", () => {
    for (const text of ["https://me:hunter2@r.example.com/x", "me:hunter2@r.example.com/x"]) {
      assert.throws(
        () => parseRepository(text),
        (error: Error) => !error.message.includes("hunter2"),
      );
    }
  });

  it("parses every valid name, and fails only with its own error", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const host = fc.tuple(label, label).map((parts) => parts.join("."));
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
    const path = fc.array(fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(host, port, path, (name, number, parts) => {
        const domain = number === undefined ? name : `${name}:${number}`;
        const parsed = parseRepository(`${domain}/${parts.join("/")}`);
        assert.equal(parsed.name, `${domain}/${parts.join("/")}`);
        assert.equal(imageReferenceProblem(`${parsed.name}:v1@sha256:${hex}`), undefined);
        assert.throws(() => parseRepository(`${parsed.name}:v1`), ImageReferenceError);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        try {
          assert.equal(parseRepository(text).asWritten, text);
        } catch (error) {
          assert.ok(error instanceof ImageReferenceError);
        }
      }),
    );
  });

  it("checks tags", () => {
    for (const tag of ["latest", "v1.4.0", "_x", "A-b.C", "a".repeat(128)])
      assert.equal(tagProblem(tag), undefined, tag);
    for (const tag of ["", "a".repeat(129), "a/b", "a b", ".a", "-a", "a:b", "ä", "a\n", "$(id)"]) {
      assert.equal(typeof tagProblem(tag), "string", tag);
    }
  });

  it("checks base image references", () => {
    const fine = [
      "golang:1.23",
      "alpine",
      `alpine@sha256:${hex}`,
      `host:5000/x:tag@sha256:${hex}`,
      "[::1]:5000/x:t",
      "scratch",
    ];
    for (const text of fine) assert.equal(imageReferenceProblem(text), undefined, text);
    const wrong: [string, RegExp][] = [
      ["", /empty/],
      ["golang:1.23\nRUN x", /spaces/],
      ["alpine@sha256:abc", /bad digest/],
      [`alpine@sha256:${"A".repeat(64)}`, /lower-case/],
      [`alpine@md5:${"a".repeat(32)}`, /unknown kind/],
      [`alpine@sha256:${hex}@sha256:${hex}`, /bad digest/],
      ["alpine:", /bad tag/],
      ["alpine:-x", /bad tag/],
      ["a:b:c", /./],
      ["--platform=x", /bad part/],
      ["https://a.b/c", /scheme/],
    ];
    for (const [text, reason] of wrong) assert.match(imageReferenceProblem(text) ?? "fine", reason, text);
  });

  it("recognizes loopback hosts, and Docker Hub's real host", () => {
    assert.equal(registryHost("docker.io"), "registry-1.docker.io");
    assert.equal(registryHost("ghcr.io"), "ghcr.io");
    for (const domain of ["localhost", "localhost:5000", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:5000"]) {
      assert.equal(isLoopback(domain), true, domain);
    }
    for (const domain of [
      "example.com",
      "localhost.example.com",
      "127.example.com",
      "10.0.0.1",
      "[::2]:1",
      "x.localhost",
    ]) {
      assert.equal(isLoopback(domain), false, domain);
    }
  });
});
