import assert from "node:assert/strict";
import {
  cgoFlagProblem,
  flagsVariableProblem,
  goFlagProblem,
  ownedVariables,
  variableProblem,
} from "../../components/inputs/goFlags";

const refused =
  "toolexec=x overlay=f modfile=f exec=x o=x C=d pkgdir=d gccgoflags=x compiler=gccgo ldflags=-s tags=a n " +
  "buildmode=c-shared buildmode=plugin";

describe("flags of go build", () => {
  for (const flag of refused.split(" ")) {
    it(`are refused in every form, and in GOFLAGS: ${flag}`, () => {
      for (const form of [`-${flag}`, `--${flag}`]) {
        assert.match(goFlagProblem(form) ?? "", /^is refused: /, form);
        for (const variable of [form, `-v ${form}`, `'${form}'`, `  -v\t"${form}" -x`]) {
          const problem = flagsVariableProblem(variable, false);
          assert.match(problem ?? "", /^has --?\w+, which is refused: /, variable);
        }
      }
    });
  }

  it("are accepted when they are not on the list of refused ones", () => {
    for (const flag of [
      "-race",
      "-p=2",
      "-gcflags=all=-N -l",
      "-buildmode=pie",
      "-mod=readonly",
      "-pgo=off",
      "-a",
    ])
      assert.equal(goFlagProblem(flag), undefined, flag);
    for (const text of ["", "-mod=mod", "-race '-gcflags=all=-N -l' -v"])
      assert.equal(flagsVariableProblem(text, true), undefined, text);
  });

  it("are refused without cgo when they need it", () => {
    for (const flag of ["-race", "--msan", "-asan=true"]) {
      assert.match(cgoFlagProblem(flag, undefined) ?? "", /^needs cgo: set build\.cgoEnabled/, flag);
      assert.match(flagsVariableProblem(`-v ${flag}`, false) ?? "", /^has -\S+, which needs cgo/, flag);
      assert.equal(cgoFlagProblem(flag, true), undefined, flag);
    }
    for (const flag of ["-race=false", "-p=2", "-racer"])
      assert.equal(cgoFlagProblem(flag, false), undefined, flag);
  });

  it("are refused when they are not flags at all", () => {
    assert.match(goFlagProblem("./other") ?? "", /is not a flag/);
    assert.match(flagsVariableProblem("-v ./other", false) ?? "", /has \.\/other, which is not a flag/);
  });
});

describe("variables of the compile step", () => {
  const owner = (name: string) => ownedVariables.find(({ names }) => names.test(name))?.reason;

  it("are refused when another input or the recipe sets them", () => {
    assert.match(owner("GOPROXY") ?? "", /build\.goProxy/);
    assert.match(owner("GOPRIVATE") ?? "", /build\.goPrivate/);
    assert.match(owner("CGO_ENABLED") ?? "", /build\.cgoEnabled/);
    for (const name of ["GOOS", "GOARCH", "GOARM"]) assert.match(owner(name) ?? "", /platforms/);
    for (const name of ["PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "GOTOOLCHAIN", "GOROOT", "GOENV", "GOCACHE"])
      assert.ok(owner(name), name);
    for (const name of ["GOMODCACHE", "GOPATH", "HOME", "GO111MODULE"]) assert.ok(owner(name), name);
  });

  it("are refused when they run programs or turn off verification", () => {
    const names =
      "GOCACHEPROG GOAUTH NETRC GIT_SSL_NO_VERIFY GIT_CONFIG GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_PARAMETERS " +
      "GIT_EXEC_PATH GIT_PROXY_COMMAND GIT_ASKPASS SSH_ASKPASS SSH_AUTH_SOCK XDG_CONFIG_HOME";
    for (const name of names.split(" "))
      assert.match(variableProblem(name, "x", false) ?? "", /^is refused: /, name);
    for (const key of ["http.sslVerify", "core.sshCommand", "credential.helper", "url.x", "include.path"])
      assert.match(
        variableProblem("GIT_CONFIG_KEY_0", key, false) ?? "",
        /url\.BASE\.insteadOf is the only setting/,
        key,
      );
    assert.equal(variableProblem("GIT_CONFIG_KEY_12", "url.https://x.example/.insteadOf", true), undefined);
  });

  it("are refused together with credentials when they could leak or weaken them", () => {
    const risky = {
      GOINSECURE: "*",
      GIT_TRACE_CURL: "1",
      GIT_TRACE: "2",
      GIT_CURL_VERBOSE: "1",
      GODEBUG: "a=1,http2debug=2",
    };
    for (const [name, value] of Object.entries(risky)) {
      assert.match(variableProblem(name, value, true) ?? "", /together with credentials/, name);
      assert.equal(variableProblem(name, value, false), undefined, name);
    }
    assert.equal(variableProblem("GODEBUG", "netdns=go", true), undefined);
  });

  it("are accepted when no input sets them", () => {
    const free =
      "GOEXPERIMENT GOAMD64 CC CXX CGO_CFLAGS GONOSUMDB GOSUMDB GOFLAGS GOWORK GODEBUG MY_PATH OLD_LD_X";
    for (const name of free.split(" ")) assert.equal(owner(name), undefined, name);
  });
});
