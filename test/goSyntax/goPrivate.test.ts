import assert from "node:assert/strict";
import { privateHosts } from "../../components/goSyntax";

describe("private hosts", () => {
  it("are the first parts of the patterns, each once", () => {
    const patterns = "git.example.com/*, git.example.com/team,*.corp.example.com,,other.example.com";
    assert.deepEqual(privateHosts(patterns), ["git.example.com", "*.corp.example.com", "other.example.com"]);
  });
});
