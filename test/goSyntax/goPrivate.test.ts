import assert from "node:assert/strict";
import { privateHosts } from "../../components/goSyntax";

describe("the hosts in GOPRIVATE patterns", () => {
  it("are the parts before the first slash, each listed once", () => {
    const patterns = "git.example.com/*, git.example.com/team,*.corp.example.com,,other.example.com";
    assert.deepEqual(privateHosts(patterns), ["git.example.com", "*.corp.example.com", "other.example.com"]);
  });
});
