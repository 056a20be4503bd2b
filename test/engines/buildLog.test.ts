import assert from "node:assert/strict";
import { failedStepLines, hints, isFailedStep } from "../../components/engines/buildLog";

describe("build log", () => {
  it("finds the lines of the failed step, and no other's", () => {
    const output = `#11 [build 5/7] COPY . .
#11 DONE 0.0s
#1 0.100 of another step

#12 [build 6/7] RUN ["go","build","./cmd/api"]
#12 0.303 # example.com/service/internal/db
#12 0.303 internal/db/db.go:9:10: undefined: gopher
#12 ERROR: process "go build ./cmd/api" did not complete successfully: exit code: 1
------
 > [build 6/7] RUN ["go","build"]:
0.303 internal/db/db.go:9:10: undefined: gopher
`;
    assert.deepEqual(failedStepLines(output), [
      "# example.com/service/internal/db",
      "internal/db/db.go:9:10: undefined: gopher",
    ]);
  });

  it("says what to do where the builder cannot run the smoke test", () => {
    const [hint = "", ...more] = hints(["exec /run/goimage/prober: exec format error"], "linux/arm64");
    assert.match(hint, /cannot run programs of linux\/arm64, as smokeTest needs/);
    assert.deepEqual(more, []);
    assert.deepEqual(hints(["exec /app/x: exec format error"], "linux/arm64"), []);
  });

  it("finds none where no step failed", () => assert.deepEqual(failedStepLines("#1 DONE 0.1s\n"), []));

  it("knows a failed step from a failed push, in the words of old and new BuildKit", () => {
    assert.ok(isFailedStep("error reading build output: executor failed running [go build]: exit code: 1"));
    assert.ok(
      isFailedStep('failed to solve: process "go build" did not complete successfully: exit code: 1'),
    );
    assert.ok(!isFailedStep("failed to push: denied: requested access to the resource is denied"));
  });
});
