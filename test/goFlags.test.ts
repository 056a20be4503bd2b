import assert from "node:assert/strict";
import { flagsVariableProblem, goFlagProblem, ldflagProblem, ownedVariables } from "../components/goFlags";

const refused =
  "toolexec=x overlay=f modfile=f exec=x o=x C=d pkgdir=d gccgoflags=x compiler=gccgo ldflags=-s tags=a n " +
  "buildmode=c-shared buildmode=plugin";

describe("flags of go build", () => {
  for (const flag of refused.split(" ")) {
    it(`are refused in every form: ${flag}`, () => {
      for (const form of [`-${flag}`, `--${flag}`]) {
        assert.match(goFlagProblem(form) ?? "", /^is refused: /, form);
        for (const variable of [form, `-v ${form}`, `'${form}'`, `  -v\t"${form}" -x`]) {
          const problem = flagsVariableProblem(variable);
          assert.match(problem ?? "", /^has --?\w+, which is refused: /, variable);
        }
      }
    });
  }

  it("pass otherwise", () => {
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
      assert.equal(flagsVariableProblem(text), undefined, text);
  });

  it("are not other words", () => {
    assert.match(goFlagProblem("./other") ?? "", /is not a flag/);
    assert.match(flagsVariableProblem("-v ./other") ?? "", /has \.\/other, which is not a flag/);
  });
});

describe("linker flags", () => {
  it("are refused when they name another linker, wherever in the entry", () => {
    for (const entry of [
      "-extld=evil",
      "-buildid= -extld=evil",
      "-s --extldflags=-Wl,x",
      "-linkmode=external",
      "-extldflags=-static -fuse-ld=x",
      "-o=/x",
    ])
      assert.match(ldflagProblem(entry) ?? "", /is refused/, entry);
  });

  it("pass otherwise, also with such words as a value", () => {
    for (const entry of [
      "-X main.note=a -extld b",
      "-buildid=",
      "-extldflags=-static",
      "-extldflags -static",
    ])
      assert.equal(ldflagProblem(entry), undefined, entry);
  });
});

describe("variables of the compile step", () => {
  const owner = (name: string) => ownedVariables.find(({ names }) => names.test(name))?.reason;

  it("belong to inputs and to the recipe where these set them", () => {
    assert.match(owner("GOPROXY") ?? "", /build\.goProxy/);
    assert.match(owner("GOPRIVATE") ?? "", /build\.goPrivate/);
    assert.match(owner("CGO_ENABLED") ?? "", /build\.cgoEnabled/);
    for (const name of ["GOOS", "GOARCH", "GOARM"]) assert.match(owner(name) ?? "", /platforms/);
    for (const name of ["PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "GOTOOLCHAIN", "GOROOT", "GOENV", "GOCACHE"])
      assert.ok(owner(name), name);
    for (const name of ["GOMODCACHE", "GOPATH", "HOME", "GO111MODULE"]) assert.ok(owner(name), name);
  });

  it("are free otherwise", () => {
    const free =
      "GOEXPERIMENT GOAMD64 CC CXX CGO_CFLAGS GONOSUMDB GOSUMDB GOFLAGS GOWORK GODEBUG MY_PATH OLD_LD_X";
    for (const name of free.split(" ")) assert.equal(owner(name), undefined, name);
  });
});
