import assert from "node:assert/strict";
import { withoutLineEnd } from "../../components/inputs";
import { netrcProblem, netrcSecrets } from "../../components/inputs/netrc";

const login = "login robot-1 password hush-hush";

describe("a netrc file", () => {
  const withDefault: [what: string, text: string][] = [
    ["a line of its own", `machine a.example.com ${login}\ndefault ${login}\n`],
    ["the only entry", `default ${login}`],
    ["one line with the machine", `machine a.example.com ${login} default ${login}`],
    ["capitals, which curl takes", `machine a.example.com ${login}\nDEFAULT ${login}`],
    ["quotation marks, which curl takes", `machine a.example.com ${login}\n"default" ${login}`],
    ["words on lines of their own", `machine\na.example.com\nlogin\nx\npassword\ny\ndefault\nlogin\nx`],
    ["an entry after a macro", `machine a ${login}\nmacdef init\ncd x\n\ndefault ${login}`],
    ["an entry after a comment", `# machine b\nmachine a ${login} # not for\ndefault ${login}`],
    ["Windows' line ends", `machine a ${login}\r\ndefault ${login}\r\n`],
  ];
  for (const [what, text] of withDefault) {
    it(`is refused when it has a default entry: ${what}`, () => {
      const problem = netrcProblem(text);
      assert.match(problem ?? "", /^has a default entry, .* name each host with machine$/);
      assert.doesNotMatch(problem ?? "", /robot|hush/);
    });
  }

  const without: [what: string, text: string][] = [
    ["as a password", "machine a.example.com login x password default"],
    ["as a user", "machine a.example.com\nlogin default\npassword y"],
    ["as a host", `machine default ${login}`],
    ["in a comment", `# the default is none\nmachine a.example.com ${login} # default`],
    ["in a macro", `machine a.example.com ${login}\nmacdef init\ndefault\nlogin x\n\n`],
    ["within a quoted password", 'machine a login x password "by default none"'],
    ["as a part of a word", `machine a.example.com ${login} account default-account`],
  ];
  for (const [what, text] of without)
    it(`may contain the word default ${what}`, () => assert.equal(netrcProblem(text), undefined));

  it("is refused when it has no machine entry", () => {
    for (const text of ["/root/.netrc", "robot:hush-hush", "password x", "# machine a"])
      assert.match(netrcProblem(text) ?? "", /^is not the text of a netrc file/);
  });

  const secrets: [what: string, text: string, wanted: string[]][] = [
    [
      "each word of a login, and both joined",
      `machine a ${login}`,
      ["robot-1", "hush-hush", "robot-1:hush-hush"],
    ],
    [
      "a quoted one with and without its marks",
      'machine a login u password "a \\"b\\" c"',
      ['a "b" c', '"a \\"b\\" c"', 'u:a "b" c'],
    ],
    ["one that looks like a comment", "machine a login u password #1234", ["#1234", "u:#1234"]],
    ["those of a default entry", "default login u password word", ["word", "u:word"]],
    ["a password before its user", "machine a password word login u\nmachine b login v", ["u:word"]],
  ];
  for (const [what, text, wanted] of secrets) {
    it(`contains secrets: ${what}`, () => {
      const found = netrcSecrets(text);
      for (const secret of wanted) assert.ok(found.includes(secret), `${secret} of ${found.join(" | ")}`);
    });
  }

  it("does not pair the user of one machine with the password of another", () => {
    const found = netrcSecrets("machine a login u\nmachine b login v password word");
    assert.ok(found.includes("v:word") && !found.includes("u:word"));
  });

  it("contains no secrets when it is another kind of text", () =>
    assert.deepEqual(netrcSecrets("-----BEGIN CERTIFICATE-----"), []));
});

describe("the text of a netrc file", () => {
  it("is accepted on one line or on several, with any line endings", () => {
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

  it("is refused when a value is on the next line, without showing any value", () => {
    for (const [text, word] of [
      ["machine git.example.com login robot password\nhunter2\n", "password"],
      ["machine git.example.com login robot password \r\nhunter2", "password"],
      ["machine git.example.com login\nrobot password hunter2", "login"],
      ["machine\ngit.example.com login robot password hunter2", "machine"],
    ] as const) {
      const problem = netrcProblem(text) ?? "";
      assert.match(
        problem,
        new RegExp(`^has a line that ends after ${word}, with the value on the next line`),
      );
      assert.ok(!problem.includes("hunter2"));
    }
    assert.match(netrcProblem("hunter2") ?? "", /^is not the text of a netrc file/);
  });
});

describe("a secret that was read from a file", () => {
  it("loses one final line ending and nothing else, as with docker login --password-stdin", () => {
    for (const text of ["hunter2", "hunter2\n", "hunter2\r\n"]) assert.equal(withoutLineEnd(text), "hunter2");
    assert.equal(withoutLineEnd(" hunter2 \n\n"), " hunter2 \n");
    assert.equal(withoutLineEnd("hunter2\r"), "hunter2\r");
  });
});
