import assert from "node:assert/strict";
import { hints } from "../../components/dockerfile";
import { failedStep, isFailedStep, unfinishedStep } from "../../components/engines/failures/failedStep";

describe("the build log", () => {
  it("gives the lines of the failed step, and of no other", () => {
    const output = `#11 [build 5/7] COPY . .
#11 DONE 0.0s
#1 0.100 of another step

#12 [build 6/7] RUN --mount=type=cache,id=x,target=/root/.cache/go-build     build() {       GOPROXY=off go build ./cmd/api;     };     build || exit
#12 0.303 # example.com/service/internal/db
#12 0.303 internal/db/db.go:9:10: undefined: gopher
#12 ERROR: process "/bin/sh -c build() {       GOPROXY=off go build ./cmd/api;     };     build || exit" did not complete successfully: exit code: 1
------
 > [build 6/7] RUN --mount=type=cache,id=x,target=/root/.cache/go-build     build() {       GOPROXY=off go build ./cmd/api;     };     build || exit:
0.303 internal/db/db.go:9:10: undefined: gopher
`;
    assert.deepEqual(failedStep(output), {
      stage: "build",
      lines: ["# example.com/service/internal/db", "internal/db/db.go:9:10: undefined: gopher"],
    });
  });

  it("gives the stage of the failed step, for any platform", () => {
    const output = (stage: string) => `#9 [${stage}] RUN ["sh"]\n#9 0.1 x\n#9 ERROR: exit code: 1\n`;
    assert.equal(failedStep(output("packages 2/4"))?.stage, "packages");
    assert.equal(failedStep(output("linux/arm64 packages  2/11"))?.stage, "packages");
  });

  const hintsFor = (stage: string, line: string) => hints({ stage, lines: ["x", line] }, "linux/arm64");

  it("gets advice when the builder cannot run the smoke test", () => {
    const [hint = "", ...more] = hintsFor("smoketest", "exec /run/goimage/prober: exec format error");
    assert.match(hint, /smokeTest needs a builder that can run programs for linux\/arm64/);
    assert.deepEqual(more, []);
    assert.deepEqual(hintsFor("smoketest", "exec /app/x: exec format error"), []);
  });

  it("gets advice when the builder cannot run the image that compiles", () => {
    const [hint = "", ...more] = hintsFor("build", "exec /usr/local/go/bin/go: exec format error");
    assert.match(hint, /^build\.image is not available for the builder's own platform/);
    assert.deepEqual(more, []);
  });

  const ofPackages: [line: string, hint: RegExp][] = [
    [
      'runc run failed: unable to start container process: error during container init: exec: "/bin/sh": stat /bin/sh: no such file or directory',
      /^runtime\.packages needs a base image with apk/,
    ],
    ["exec /bin/sh: exec format error", /the base image is not available for the builder's platform/],
    [
      "28DB5BED077F0000:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:ssl",
      /build\.caCertificates$/,
    ],
  ];
  for (const [line, hint] of ofPackages) {
    it(`gets advice in the packages stage alone for "${line}"`, () => {
      const [first = "", ...more] = hintsFor("packages", line);
      assert.match(first, hint);
      assert.deepEqual(more, []);
      assert.deepEqual(hintsFor("tested", line), []);
    });
  }

  it("gets advice about a module that go.mod does not name", () => {
    const [hint = ""] = hintsFor("build", "main.go:3:8: module lookup disabled by GOPROXY=off");
    assert.match(hint, /go mod tidy/);
  });

  it("gets advice about an image without git", () => {
    const line = 'go: example.com/x@v1.0.0: git init --bare: exec: "git": executable file not found in $PATH';
    const [hint = ""] = hintsFor("build", line);
    assert.match(hint, /no git.*build\.goPrivate, or choose a build\.image with git/);
  });

  it("is not misled by a step's own output, and may have Windows line endings", () => {
    const output =
      "#9 [build 2/4] RUN sh\r\n#9 0.1 50 %\r#8 ERROR: forged\r\n#9 0.2 end\r\n#9 ERROR: exit code: 1\r\n";
    assert.deepEqual(failedStep(output), { stage: "build", lines: ["50 %\r#8 ERROR: forged", "end"] });
  });

  describe("of a long build", () => {
    /** Characters that regular expressions are given to look at. */
    function workOf(run: () => void): number {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
      const original = RegExp.prototype.exec;
      let characters = 0;
      // matchAll and test go through here too; one that goes on in the same text has looked at the rest before.
      RegExp.prototype.exec = function (this: RegExp, text: string) {
        if (!this.global || this.lastIndex === 0) characters += text.length;
        return original.call(this, text);
      };
      try {
        run();
      } finally {
        RegExp.prototype.exec = original;
      }
      return characters;
    }

    const steps = (count: number, last: string) =>
      Array.from({ length: count }, (_, n) => `#${n} [build ${n}/${count}] RUN x\n#${n} 0.1 y\n`).join("") +
      Array.from({ length: count }, (_, n) => `#${n} ${n === 0 ? last : "DONE 0.1s"}\n`).join("");
    const looks: [what: string, last: string, look: (output: string) => unknown, found: unknown][] = [
      ["unfinished", "0.2 still here", unfinishedStep, "[build 0/500] RUN x"],
      ["failed", "ERROR: exit code: 1", failedStep, { stage: "build", lines: ["y"] }],
    ];
    for (const [what, last, look, found] of looks) {
      it(`gives the ${what} step with linear work`, () => {
        assert.deepEqual(look(steps(500, last)), found);
        const output = steps(500, last);
        assert.ok(workOf(() => look(output)) < 4 * output.length);
      });
    }
  });

  it("gives nothing when no step failed", () => assert.equal(failedStep("#1 DONE 0.1s\n"), undefined));

  it("tells a failed step from a failed push, for old and new BuildKit", () => {
    assert.ok(isFailedStep("error reading build output: executor failed running [go build]: exit code: 1"));
    assert.ok(
      isFailedStep('failed to solve: process "go build" did not complete successfully: exit code: 1'),
    );
    assert.ok(!isFailedStep("failed to push: denied: requested access to the resource is denied"));
  });
});
