// Packages by the names of symbols. test/go/packages.test.ts compares them with what the go command knows of real programs.

import assert from "node:assert/strict";
import type { BuildInfo } from "../../components/goBinary/buildInfo";
import { packageOf, packageResolver } from "../../components/goBinary/packages";

describe("packages of symbols", () => {
  const names: [string, string | undefined][] = [
    ["main.main", "main"],
    ["net/http.(*Server).Serve.func1", "net/http"],
    ["github.com/a/b%2ec.F", "github.com/a/b.c"],
    ["gopkg.in/yaml%2ev3.(*Node).Decode", "gopkg.in/yaml.v3"],
    ["slices.SortFunc[go.shape.struct { example.com/x.A int }]", "slices"],
    ["type:.eq.net/http.http2FrameHeader", "net/http"],
    ["type..hash.[2]example.com/x.T", "example.com/x"],
    ["go:itab.*os.File,io.Writer", "os"],
    ["go:buildid", undefined],
    ["_rt0_amd64_linux", undefined],
    ["memeqbody", undefined],
  ];
  for (const [symbol, name] of names) {
    it(`give ${name ?? "none"} for ${symbol}`, () => assert.equal(packageOf(symbol), name));
  }

  it("assign embedded methods to the package of the type", () => {
    const info: BuildInfo = {
      ...{ goVersion: "go1.26", mainPackage: "example.com/m", main: { path: "example.com/m", version: "" } },
      dependencies: [{ path: "github.com/x/y", version: "v1.0.0" }],
    };
    const names = new Set(["main", "github.com/x/y/grpc", "example.com/m/internal/a"]);
    const resolve = packageResolver(names, info);
    assert.equal(resolve("main.server.github.com/x/y/grpc"), "main");
    assert.equal(resolve("example.com/m/internal/a.T.github.com/x/y/grpc"), "example.com/m/internal/a");
    assert.equal(resolve("github.com/x/y/grpc"), "github.com/x/y/grpc");
    assert.equal(resolve("example.com/m/v1.2/b"), "example.com/m/v1.2/b");
    assert.equal(packageOf("type:.gcmask.main.T"), "main");
    assert.equal(packageOf('type:.namedata.Name-json:"a.b"'), undefined);
  });
});
