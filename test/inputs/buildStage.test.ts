import assert from "node:assert/strict";
import { buildStage } from "../../components/inputs/buildStage";

function problems(build: object): string[] {
  const found: string[] = [];
  buildStage((path, reason) => found.push(`${path}: ${reason}`), "build", build);
  return found;
}

const ssh = { ssh: true, goPrivate: "git.example.com/*", sshKnownHosts: "git.example.com ssh-ed25519 AAAA" };

describe("the input build", () => {
  const mistakes: [object, RegExp][] = [
    [{ ssh: "default" }, /^build\.ssh: "default" is not true or false/],
    [{ ...ssh, goPrivate: undefined }, /^build\.ssh: needs build\.goPrivate/],
    [
      { ...ssh, goPrivate: "*.example.com" },
      /^build\.goPrivate: has the host "\*\.example\.com"; .* full name/,
    ],
    [
      { ...ssh, goPrivate: "x.org,git.example.com" },
      /^build\.sshKnownHosts: has no host key for x\.org; .*ssh-keyscan x\.org/,
    ],
    [{ ...ssh, sshKnownHosts: undefined }, /^build\.sshKnownHosts: has no host key for git\.example\.com/],
    [{ ...ssh, sshKnownHosts: Promise.resolve("") }, /^build\.sshKnownHosts: is not a string that is known/],
    [{ sshKnownHosts: "x" }, /^build\.sshKnownHosts: has no effect without build\.ssh/],
    [
      { ...ssh, env: { GIT_SSH_COMMAND: "ssh" } },
      /^build\.env\.GIT_SSH_COMMAND: is refused: build\.ssh sets it/,
    ],
    [
      { env: { GOWORK: "/x/go.work" } },
      /^build\.env\.GOWORK: is refused: goimage finds the go\.work file above source/,
    ],
    [{ env: { GOPROXY: "https://p" } }, /^build\.env\.GOPROXY: is refused: use build\.goProxy/],
    [{ env: { LD_PRELOAD: "/x.so" } }, /^build\.env\.LD_PRELOAD: is refused/],
    [{ env: { GOFLAGS: "-v -toolexec=x" } }, /^build\.env\.GOFLAGS: .* has -toolexec, which is refused/],
  ];
  for (const [build, message] of mistakes) {
    it(`refuses ${JSON.stringify(build)}`, () => {
      const found = problems(build);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("accepts SSH with the host's key, and variables that no input sets", () => {
    assert.deepEqual(problems({ ...ssh, env: { GIT_CONFIG_COUNT: "0", GOWORK: "off" } }), []);
    assert.deepEqual(problems({ env: { GIT_SSH_COMMAND: "ssh", GOFLAGS: "-mod=readonly", CC: "gcc" } }), []);
    assert.deepEqual(problems({ ssh: false }), []);
  });
});
