import assert from "node:assert/strict";
import { netrcProblem, withoutLineEnd } from "../../components/inputs";

describe("the text of a netrc file", () => {
  it("is accepted in one line a machine and in several, with any line ends, and with the last one missing", () => {
    for (const text of [
      "machine git.example.com login robot password hunter2",
      "machine git.example.com\n  login robot\n  password hunter2\n",
      "machine a login b password c\r\nmachine d login e password f\r\n",
      // A token with a line end of its own.
      "machine git.example.com login robot password hunter2\n\n",
      "# password\nmachine a login password password login\n",
    ])
      assert.equal(netrcProblem(text), undefined, text);
  });

  it("is refused where the go command would not see a value, with no word of it", () => {
    for (const [text, word] of [
      ["machine git.example.com login robot password\nhunter2\n", "password"],
      ["machine git.example.com login robot password \r\nhunter2", "password"],
      ["machine git.example.com login\nrobot password hunter2", "login"],
      ["machine\ngit.example.com login robot password hunter2", "machine"],
    ] as const) {
      const problem = netrcProblem(text) ?? "";
      assert.match(
        problem,
        new RegExp(`^has a line that ends after ${word}, with the value in the next line`),
      );
      assert.ok(!problem.includes("hunter2"));
    }
    assert.match(netrcProblem("hunter2") ?? "", /^is not the text of a netrc file/);
  });
});

describe("a secret that was read from a file", () => {
  it("loses the line end of its last line, as with docker login --password-stdin, and nothing else", () => {
    for (const text of ["hunter2", "hunter2\n", "hunter2\r\n"]) assert.equal(withoutLineEnd(text), "hunter2");
    assert.equal(withoutLineEnd(" hunter2 \n\n"), " hunter2 \n");
    assert.equal(withoutLineEnd("hunter2\r"), "hunter2\r");
  });
});
