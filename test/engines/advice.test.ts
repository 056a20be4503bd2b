import * as assert from "node:assert/strict";
import { adviceFor, type Attempt } from "../../components/engines/failures/advice";

const attempt: Attempt = {
  image: "r.example.com/team/api:v1",
  registry: "r.example.com",
  user: undefined,
  builder: undefined,
  buildArgs: { GOIMAGE_SEED: "r.example.com/seeds@sha256:5eed" },
  platforms: ["linux/amd64", "linux/arm64"],
  dockerfile: "FROM --platform=$BUILDPLATFORM \\\n    golang:1.23 AS build\nFROM alpine:3.20.3 AS app\n",
};
const buildkit = "failed to solve: failed to push r.example.com/team/api:v1: ";
const docker = "error reading push output: ";

describe("advice for an engine's error", () => {
  // Messages as the engines wrote them.
  for (const [message, more, expected] of [
    [
      `${docker}no basic auth credentials`,
      {},
      /^r\.example\.com wants credentials .*docker login r\.example\.com/,
    ],
    [
      `failed to solve: failed to load metadata for r.example.com/base:1: error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: \`\``,
      {},
      /^the credential helper docker-credential-desktop is not installed, .*remove "desktop" from credsStore/,
    ],
    [
      `${buildkit}error getting credentials - err: exec: "docker-credential-ecr-login": executable file not found in $PATH, out: \`\``,
      {},
      /^the credential helper docker-credential-ecr-login is not installed/,
    ],
    [
      `${docker}unauthorized: authentication required`,
      { user: "robot" },
      /^r\.example\.com refused the credentials of robot for r\.example\.com\/team\/api:v1/,
    ],
    [
      `${buildkit}unexpected status from HEAD request to http://x: 401 Unauthorized`,
      { user: "robot" },
      /of robot/,
    ],
    [
      "failed to solve: failed to fetch oauth token: unexpected status from GET request to http://t: 401 Unauthorized",
      { user: "robot" },
      /of robot/,
    ],
    [
      `${buildkit}denied: not yours`,
      { user: "robot" },
      /does not let robot push r\.example\.com\/team\/api:v1/,
    ],
    [`${docker}denied: not yours`, {}, /does not let the user that docker login stored/],
    [`${docker}toomanyrequests: slow down`, {}, /limits requests/],
    [
      `${buildkit}failed commit on ref "x": unexpected status from PUT request to https://x/manifests/v1: 400 Bad Request\ntag invalid: The image tag 'v1' already exists in the 'team/api' repository and cannot be overwritten because the repository is immutable.`,
      {},
      /team\/api:v1 exists already, and its registry does not allow tags to be overwritten: set tags to a new one/,
    ],
    [
      `${docker}ImageTagAlreadyExistsException: The image tag 'v1' already exists`,
      {},
      /does not allow tags to be overwritten/,
    ],
    [
      `${buildkit}denied: Failed to process request due to 'v1' configured as immutable.`,
      {},
      /does not allow tags to be overwritten/,
    ],
    [
      `${buildkit}unexpected status from PUT request: 412 Precondition Failed: the tag is IMMUTABLE`,
      {},
      /does not allow tags to be overwritten/,
    ],
    [
      `${buildkit}failed to do request: Head "https://r.example.com/v2/": dial tcp 192.0.2.1:443: connect: connection refused`,
      { builder: "remote" },
      /^nothing answers at r\.example\.com, seen from the builder remote: check its host and port/,
    ],
    [
      `${buildkit}failed to do request: dial tcp: lookup r.example.com: no such host`,
      {},
      /^the Docker Engine cannot resolve the host of r\.example\.com: check its name, and the DNS/,
    ],
    [
      `${buildkit}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      {},
      /buildkitd\.toml/,
    ],
    [
      `${docker}Get "https://x/": x509: certificate signed by unknown authority`,
      {},
      /certs\.d\/r\.example\.com\/ca\.crt/,
    ],
    [`${buildkit}http: server gave HTTP response to HTTPS client`, {}, /set registry\.insecure if/],
    [`${docker}http: server gave HTTP response to HTTPS client`, {}, /insecure-registries/],
    [
      `${buildkit}unexpected status from PUT request to http://x: 413 Request Entity Too Large`,
      {},
      /rejected \S+ as too large/,
    ],
    [`${docker}received unexpected HTTP status: 502 Bad Gateway`, {}, /run pulumi up again when both work/],
    [`${buildkit}unknown: unknown error`, {}, /run pulumi up again when both work/],
    [`${docker}invalid checksum digest format`, {}, /reports a wrong digest for what it stored/],
    [`${docker}Put "http://127.0.0.1:1/": EOF`, {}, /run pulumi up again when both work/],
    ['new builder: no builder "ci" found', { builder: "ci" }, /there is no builder ci on this machine/],
    [
      "failed to solve: write /x: no space left on device",
      { builder: "ci" },
      /disk of the builder ci is full/,
    ],
    [`${docker}write /x: no space left on device`, {}, /disk of the Docker Engine is full/],
    ["context deadline exceeded", { builder: "ci" }, /builder ci cannot be reached .*customTimeouts/],
    [
      "failed to solve: alpine:3.20.3: failed to resolve source metadata for docker.io/library/alpine:3.20.3: not found",
      {},
      /^the base image alpine:3\.20\.3 cannot be pulled/,
    ],
    [
      'failed to solve with frontend dockerfile.v0: failed to create LLB definition: failed to do request: Head "https://registry-1.docker.io/v2/library/golang/manifests/1.23": no such host',
      {},
      /^the base image golang:1\.23 cannot be pulled/,
    ],
    [
      "failed to solve: alpine:3.20.3: failed to resolve source metadata for docker.io/library/alpine:3.20.3: no match for platform in manifest: not found",
      {},
      /^the base image alpine:3\.20\.3 is not available for every platform that the build needs: linux\/amd64, linux\/arm64, .*runtime\.packages/,
    ],
    [
      "failed to solve with frontend dockerfile.v0: failed to create LLB definition: no match for platform in manifest sha256:fa80: not found",
      {},
      /^a base image is not available for every platform/,
    ],
    [
      "failed to solve: r.example.com/seeds@sha256:5eed: failed to resolve source metadata for r.example.com/seeds@sha256:5eed: not found",
      {},
      /^the seed r\.example\.com\/seeds@sha256:5eed of the last build cannot be pulled; .* Leave the input cache out/,
    ],
    // A stranger's registry that refuses a base image is not the one that is pushed to.
    [
      "failed to resolve source metadata for x.test/base:1: unexpected status: 401 Unauthorized",
      { dockerfile: "FROM x.test/base:1\n" },
      /^the base image x\.test\/base:1 cannot be pulled/,
    ],
  ] as const) {
    it(`is given for: ${message.slice(0, 90)}`, () => {
      assert.match(adviceFor(message, { ...attempt, ...more }) ?? "", expected);
    });
  }

  it("is left out when the message is clear by itself", () => {
    assert.equal(adviceFor("dockerfile parse error on line 3: unknown instruction: FRM", attempt), undefined);
  });
});
