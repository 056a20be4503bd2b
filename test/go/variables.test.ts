import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ownedVariables } from "../../components/inputs/goFlags";
import { needsGo } from "../support/go";

describe("variables of the compile step", () => {
  const owner = (name: string) => ownedVariables.find(({ names }) => names.test(name))?.reason;

  it("cover everything that go env of Go 1.26 lists", function () {
    // They change what is compiled, name C's tools, which the compile step has no secrets for, or only tell.
    const free = new RegExp(
      "^(AR|CC|CXX|FC|GCCGO|PKG_CONFIG|CGO_\\w+FLAGS|GO(AMD64|ARM64|386|MIPS|MIPS64|PPC64|RISCV64|WASM|BIN|DEBUG|EXE|EXPERIMENT|FIPS140|" +
        "FLAGS|GCCFLAGS|HOSTARCH|HOSTOS|INSECURE|MOD|NOPROXY|NOSUMDB|SUMDB|TELEMETRY|TELEMETRYDIR|TMPDIR|TOOLDIR|VCS|VERSION|" +
        "WORK|GOGCCFLAGS)|GOGCCFLAGS)$",
    );
    needsGo(this);
    const known = execFileSync("go", ["env", "-json"], { encoding: "utf8" });
    const variables = JSON.parse(known) as Record<string, string>;
    const undecided = Object.keys(variables).filter((name) => owner(name) === undefined && !free.test(name));
    const isNewer = Number(/^go1\.(\d+)/.exec(variables["GOVERSION"] ?? "")?.[1] ?? 0) > 26;
    if (isNewer && undecided.length > 0) console.log(`      to be decided: ${undecided.join(", ")}`);
    else assert.deepEqual(undecided, []);
  });
});
