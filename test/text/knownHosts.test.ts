import assert from "node:assert/strict";
import { portOf } from "../../components/text/knownHosts";

describe("known hosts", () => {
  const cases: [string, string, number | undefined][] = [
    ["git.example.com ssh-ed25519 AAAA", "plain", 22],
    ["GIT.example.com,192.0.2.1 ecdsa-sha2-nistp256 AAAA comment", "in a list, in capitals", 22],
    ["[git.example.com]:2222 ssh-ed25519 AAAA", "at a port of its own", 2222],
    ["[git.example.com]:2222 ssh-rsa A\ngit.example.com ssh-rsa A", "at two ports", 22],
    ["@cert-authority *.example.com ssh-ed25519 AAAA", "by an authority", 22],
    ["@revoked git.example.com ssh-ed25519 AAAA", "only as revoked", undefined],
    ["# git.example.com ssh-ed25519 AAAA", "in a comment", undefined],
    ["git.example.com.evil.org ssh-ed25519 A\ngitxexample.com ssh-ed25519 A", "of a like name", undefined],
    ["|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA", "hashed", undefined],
    ["git.example.com", "without a key", undefined],
    ["", "in no line", undefined],
  ];
  for (const [text, what, port] of cases) {
    it(`give port ${port ?? "nothing"} for a host ${what}`, () =>
      assert.equal(portOf("git.example.com", text), port));
  }
});
