// Rows of test/badInputs.md that are refused by looking at the values alone: no disk, no network, no engine.

import assert from "node:assert/strict";
import { imageReferenceProblem, parseImageReference } from "../../components/name/reference";
import { problems } from "../support/problems";

/** Title, arguments, and the one problem that they must give; undefined where they are accepted. */
type Row = [title: string, change: object, problem: RegExp | undefined];

const digest = `sha256:${"a".repeat(64)}`;
const repository = (text: unknown) => ({ repository: text });
const tag = (text: unknown) => ({ tags: [text] });

const rows: Row[] = [
  ["bad input 1: an empty repository", repository(""), /^repository: "" must not be empty$/],
  ["bad input 2: a repository of spaces", repository(" "), /^repository: " " must not contain spaces/],
  ["bad input 3: upper case in a repository", repository("r.example.com/Team/x"), /must be lower case/],
  ["bad input 4: a repository with a scheme", repository("https://r/x"), /must not start with a scheme/],
  ["bad input 5: a repository with two colons", repository("a:b:c"), /^repository: "a:b:c" has a tag \(:c\)/],
  ["bad input 6: a tag of 129 characters", tag("a".repeat(129)), /^tags\[0\]: .* longer than 128 characters/],
  ["bad input 7: a tag with a slash", tag("a/b"), /^tags\[0\]: "a\/b" may have only letters/],
  ["bad input 7: a tag with a space", tag("a b"), /^tags\[0\]: "a b" may have only letters/],
  ["bad input 8: a colon at the end of a repository", repository("r.example.com/x:"), /ends with a colon/],
  [
    "bad input 8: a colon at the end of a base image",
    { build: { image: "golang:" } },
    /^build\.image: .*empty/,
  ],
  ["bad input 9: a short digest after a repository", repository("r/x@sha256:abc"), /must not contain @/],
  [
    "bad input 9: a short digest of a base image",
    { runtime: { image: "alpine@sha256:abc" } },
    /^runtime\.image: .* has a bad digest: write @sha256: and 64/,
  ],
  [
    "bad input 10: tag and digest as the target of a push",
    repository(`r.example.com/x:v1@${digest}`),
    /^repository: .* has a digest \(@sha256:a+\.\.\.\): the digest is an output, not an input$/,
  ],
  [
    "bad input 11: two repositories in one string",
    repository("a/b:1,c/d:2"),
    /must not contain a comma: it names one image/,
  ],
  ["bad input 11: two tags in one string", tag("v1,v2"), /^tags\[0\]: "v1,v2" may have only/],
  ["bad input 11: a string in place of the list of tags", { tags: "v1,v2" }, /^tags: "v1,v2" is not a list$/],
  ["bad input 12: a repository that begins with ..", repository("../x"), /has no valid host \(\.\.\)/],
  [
    "bad input 12: a repository with .. in its path",
    repository("r.example.com/../x"),
    /must not contain \. or \.\. as a part/,
  ],
  [
    "bad input 13: a host with letters of another alphabet",
    repository("registry.exаmple.com/x"),
    /plain ASCII/,
  ],
  ["bad input 13: a host in its ASCII form", repository("xn--exmple-4nf.com/x"), undefined],
  ["bad input 14: a registry by its IPv6 address", repository("[::1]:5000/x"), undefined],
  ["bad input 14: an IPv6 address with a zone", repository("[fe80::1%eth0]:5000/x"), /has no valid host/],
  [
    "bad input 15: a registry's port beyond 65535",
    repository("host:99999/x"),
    /has a bad port \(:99999\): use 1 to 65535/,
  ],
  [
    "bad input 16: a repository without a registry",
    repository("api"),
    /^repository: "api" names no registry: write HOST\/PATH, such as registry\.example\.com\/api, or ACCOUNT\/api for Docker Hub$/,
  ],
  ["bad input 16: a repository of Docker Hub without its host", repository("team/api"), undefined],
  ["bad input 18: the tag latest", tag("latest"), undefined],

  [
    "bad input 30: a program in place of the compiler",
    { build: { flags: ["-toolexec=sh -c id"] } },
    /^build\.flags\[0\]: /,
  ],
  [
    "bad input 31: a program in place of the compiler, through GOFLAGS",
    { build: { env: { GOFLAGS: "-toolexec=id" } } },
    /^build\.env\.GOFLAGS: /,
  ],
  ["bad input 32: a linker value with a space", { build: { ldflags: ["-X 'a.b=c d'"] } }, undefined],
  [
    "bad input 33: both kinds of quotes in a linker value",
    { build: { ldflags: [`-X a.b=it's "x"`] } },
    /^build\.ldflags\[0\]: /,
  ],
  ...["./cmd/x; rm -rf /", "-n", "../../etc", "/etc", "./a/../b", "cmd/api"].map((text): Row => [
    `bad input 34: the main package ${text}`,
    { mainPackage: text },
    /^mainPackage: .* is not a package/,
  ]),
  [
    "bad input 35: a name for the binary",
    { binaryName: "../x" },
    /^binaryName: is unknown; allowed are source/,
  ],
  [
    "bad input 35: a name for the binary as a flag",
    { build: { flags: ["-o=../x"] } },
    /^build\.flags\[0\]: .* names the output/,
  ],
  [
    "bad input 36: a comma in a build tag",
    { build: { buildTags: ["a,b"] } },
    /^build\.buildTags\[0\]: "a,b" is not a build tag/,
  ],
  [
    "bad input 36: a space in a build tag",
    { build: { buildTags: ["a b"] } },
    /^build\.buildTags\[0\]: "a b" is not a build tag/,
  ],
  [
    "bad input 37: a space in a variable's name",
    { runtime: { env: { "A B": "" } } },
    /^runtime\.env: the name "A B" is not/,
  ],
  [
    "bad input 37: an equals sign in a variable's name",
    { build: { env: { "A=B": "" } } },
    /^build\.env: the name "A=B" is not/,
  ],
  ["bad input 37: a variable in lower case", { runtime: { env: { http_proxy: "" } } }, undefined],

  ...[
    ...[
      "",
      " ",
      "-t",
      "--allow-untrusted",
      "--root=/",
      "!curl",
      ".hidden",
      "@edge",
      "=1",
      "curl=",
      "curl 8",
      "curl =",
    ],
    ...[
      "curl;id",
      "$(id)",
      "a\\b",
      "/bin/sh",
      "../x",
      "https://x/y.apk",
      "./curl.apk",
      "curl.apk",
      "curl@",
      "curl=8@edge",
    ],
  ].map((name): Row => [
    `bad input 57: the package "${name}"`,
    { runtime: { packages: [name] } },
    /^runtime\.packages\[0\]: .* is (not a package name for apk add, such as curl|a package file)/,
  ]),
  ...[
    ...[
      "curl",
      "curl=8.9.1-r1",
      "curl~8.9",
      "curl~=8",
      "curl>=8",
      "curl<9",
      "curl@edge",
      "curl@edge=8.9.1-r1",
    ],
    ...["cmd:jq", "so:libssl.so.3", "py3.12:requests", "libstdc++", "R", "c-ares_x.y"],
  ].map((name): Row => [`bad input 57: the package "${name}"`, { runtime: { packages: [name] } }, undefined]),
  ["bad input 57: no packages", { runtime: { packages: [] } }, undefined],
  [
    "bad input 57: a package twice",
    { runtime: { packages: ["curl", "jq", "curl=8"] } },
    /^runtime\.packages\[2\]: "curl=8" names curl a second time; name it once$/,
  ],
  [
    "bad input 57: an empty entry in a list of packages",
    { runtime: { packages: ["curl", undefined] } },
    /^runtime\.packages\[1\]: is missing/,
  ],
  [
    "bad input 57: packages in an empty image",
    { runtime: { packages: ["curl"], image: "scratch" } },
    /^runtime\.packages: needs a base image with apk, and runtime\.image "scratch" is empty/,
  ],

  ...["0", "70000", "80/TCP", "8080:80", "-1", "8e3", " 80"].map((port): Row => [
    `bad input 42: the port ${port}`,
    { runtime: { exposedPorts: [port] } },
    /^runtime\.exposedPorts\[0\]: .* is not a port/,
  ]),
  [
    "bad input 42: a port as a number",
    { runtime: { exposedPorts: [8080] } },
    /^runtime\.exposedPorts\[0\]: 8080 is not a string; put it in quotes$/,
  ],
  ...["0", "0:0", "00", "-1", "root", "4294967296"].map((user): Row => [
    `bad input 42: the user ${user}`,
    { runtime: { user } },
    /^runtime\.user: .* is (root|not a numeric user)/,
  ]),
  ...["linux/foo", "windows/amd64", "linux", ""].map((platform): Row => [
    `bad input 42: the platform "${platform}"`,
    { platforms: [platform] },
    /^platforms\[0\]: .* is unknown; use linux\/amd64/,
  ]),

  [
    "bad input 43: half of a surrogate pair in a value",
    { runtime: { labels: { a: "x\ud800" } } },
    /^runtime\.labels\.a: the value has half of a character U\+D800/,
  ],
  [
    "bad input 43: half of a surrogate pair in a list",
    { runtime: { command: ["\udfff"] } },
    /^runtime\.command\[0\]: .* has half of a character U\+DFFF/,
  ],
  [
    "bad input 44: a label of a megabyte",
    { runtime: { labels: { a: "x".repeat(1e6) } } },
    /^runtime\.labels\.a: the value takes 1000000 bytes in the Dockerfile/,
  ],
  [
    "bad input 44: a list of a megabyte",
    { runtime: { command: Array(1e4).fill("x".repeat(100)) } },
    /^runtime\.command: takes \d+ bytes in the Dockerfile/,
  ],
  ["bad input 45: an option in place of a file", { runtime: { files: ["--from=build"] } }, undefined],
  [
    "bad input 45: an option in place of a builder",
    { builder: "--help" },
    /^builder: "--help" is not the name of a builder/,
  ],
  ["bad input 45: an option in place of a version", { build: { goVersion: "-1.23" } }, /^build\.goVersion: /],
  [
    "bad input 46: credentials as one string",
    { registry: "robot:hunter2" },
    /^registry: a string is not an object/,
  ],
  [
    "bad input 46: a password as a number",
    { registry: { username: "u", password: 12345 } },
    /^registry\.password: a number is not a string; put it in quotes$/,
  ],
  [
    "bad input 46: a password of several lines",
    { registry: { username: "u", password: "hunter2\nhunter3\n" } },
    /^registry\.password: has several lines; give the value alone$/,
  ],
  [
    "bad input 42: a version as a number",
    { build: { goVersion: 1.2 } },
    /^build\.goVersion: 1\.2 is not a string; put it in quotes$/,
  ],
  [
    "bad input 42: a variable's value as a number, which is not shown",
    { runtime: { env: { PORT: 8080 } } },
    /^runtime\.env\.PORT: a number is not a string; put it in quotes$/,
  ],
  [
    "bad input 46: an empty password",
    { registry: { username: "u", password: " " } },
    /^registry\.password: is empty$/,
  ],
  [
    "bad input 47: netrc as a path",
    { build: { netrc: "/root/.netrc" } },
    /^build\.netrc: is not the text of a netrc file/,
  ],
  [
    "bad input 47: certificates as a path",
    { build: { caCertificates: "/etc/ca.pem" } },
    /^build\.caCertificates: is not PEM text/,
  ],
  [
    "bad input 48: a line end in build.goPrivate",
    { build: { goPrivate: "a\nb" } },
    /^build\.goPrivate: .* has the control character U\+000A/,
  ],
];

describe("bad values", () => {
  for (const [title, change, problem] of rows) {
    it(title, () => {
      const found = problems(change);
      assert.equal(found.length, problem ? 1 : 0, JSON.stringify(found));
      if (problem) assert.match(found[0] ?? "", problem);
      assert.ok(!found.join().includes("hunter2"));
    });
  }

  it("bad input 10: a base image may have a tag and a digest, and the digest counts", () => {
    assert.equal(imageReferenceProblem(`golang:1.23@${digest}`), undefined);
    assert.equal(parseImageReference(`golang:1.23@${digest}`).digest, digest);
  });

  it("bad input 49: all mistakes of a resource are reported at once", () => {
    const change = Object.assign({}, ...rows.map((row) => row[1])) as object;
    const wrong = {
      ...change,
      tags: ["a/b"],
      build: { image: "--x", flags: ["-o=x"] },
      runtime: { user: "root", exposedPorts: ["0"] },
    };
    const fields = problems(wrong).map((text) => text.slice(0, text.indexOf(":")));
    for (const field of ["tags[0]", "mainPackage", "binaryName", "platforms[0]", "builder", "build.image"])
      assert.ok(fields.includes(field), `${field} among ${fields.join()}`);
    for (const field of ["build.flags[0]", "runtime.user", "runtime.exposedPorts[0]", "registry.password"])
      assert.ok(fields.includes(field), `${field} among ${fields.join()}`);
  });
});
