// The resolved inputs: every default, what depends on another input, and that nothing can change them.

import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { BaseImages, Compression, Engine, Recipe } from "../../components/args";
import type { GoMultiStageImageArgs } from "../../components/args";
import { specOf, validate } from "../../components/inputs";
import { goodArgs, problems } from "../support/problems";

const spec = (change: Partial<GoMultiStageImageArgs> = {}) =>
  specOf("GoMultiStageImage", { ...goodArgs, ...change }, []);

describe("resolved inputs", () => {
  it("have a default for every input left out", () => {
    const found = spec();
    assert.equal(found.mainPackage, ".");
    assert.deepEqual(found.platforms, ["linux/amd64"]);
    assert.equal(found.recipe, Recipe.Fast);
    assert.equal(found.engine, Engine.Docker);
    assert.equal(found.baseImages, BaseImages.Tag);
    assert.equal(found.compression, undefined);
    assert.equal(found.retainOnDelete, true);
    assert.deepEqual(found.registry, { login: undefined, insecure: false });
    assert.deepEqual(found.build.linkerFlags, []);
    assert.deepEqual(found.build.buildTags, []);
    assert.equal(found.runtime.binary, "/app/main");
    assert.deepEqual(found.runtime.entrypoint, ["/app/main"]);
  });

  it("prefer given values to defaults", () => {
    assert.equal(spec({ mainPackage: "./cmd/api" }).mainPackage, "./cmd/api");
    assert.equal(spec({ retainOnDelete: false }).retainOnDelete, false);
    assert.equal(spec({ registry: { insecure: true } }).registry.insecure, true);
    assert.equal(specOf("GoSingleStageImage", goodArgs, []).recipe, "singleStage");
    assert.deepEqual(spec({ build: { ldflags: ["-s -w"] } }).build.linkerFlags, ["-s", "-w"]);
    assert.deepEqual(spec({ build: { buildTags: ["prod"] }, runtime: { timezones: true } }).build.buildTags, [
      "prod",
      "timetzdata",
    ]);
    assert.equal(spec({ runtime: { workingDirectory: "/" } }).runtime.binary, "/main");
  });

  it("have a login only when both user and password are given", () => {
    const login = { username: "robot", password: "correct-horse" };
    assert.deepEqual(spec({ registry: login }).registry.login, login);
    assert.equal(spec({ registry: { username: "robot" } }).registry.login, undefined);
    assert.equal(spec({ registry: { password: "correct-horse" } }).registry.login, undefined);
  });

  it("have a compression only when it differs from the builder's default", () => {
    assert.equal(spec({ compression: Compression.Gzip }).compression, undefined);
    assert.deepEqual(spec({ compressionLevel: 9 }).compression, { type: Compression.Gzip, level: 9 });
    assert.deepEqual(spec({ compression: Compression.Zstd }).compression, {
      type: Compression.Zstd,
      level: undefined,
    });
  });

  it("are frozen copies of the user's objects", () => {
    const tags = ["v1"];
    const env = { A: "1" };
    const found = spec({ tags, build: { env, flags: ["-race"] } });
    assert.ok(Object.isFrozen(found) && Object.isFrozen(found.build) && Object.isFrozen(found.build.flags));
    tags.push("v2");
    env.A = "2";
    assert.deepEqual(found.tags, ["v1"]);
    assert.deepEqual(found.build.env, { A: "1" });
  });

  it("keep Outputs as they are", () => {
    const repository = pulumi.output("registry.example.com/team/api");
    assert.equal(spec({ repository }).repository, repository);
  });

  it("replace an invalid input by its default, and survive missing arguments", () => {
    const wrong = [{ propertyPath: "mainPackage", reason: "is wrong" }];
    assert.equal(specOf("GoMultiStageImage", { ...goodArgs, mainPackage: "x" }, wrong).mainPackage, ".");
    const missing = validate("GoMultiStageImage", undefined);
    assert.deepEqual(missing, [{ propertyPath: "args", reason: "are missing" }]);
    assert.equal(specOf("GoMultiStageImage", undefined, missing).source, "");
  });
});

describe("limits of input values", () => {
  it("accept the last allowed value, and refuse the next", () => {
    const largest = 2 ** 31 - 1;
    assert.deepEqual(problems({ runtime: { user: `${largest}:${largest}` } }), []);
    for (const user of [`${largest + 1}`, `1:${largest + 1}`])
      assert.match(problems({ runtime: { user } }).join(), /^runtime\.user: .* is not a numeric user/);
    assert.deepEqual(problems({ runtime: { exposedPorts: ["1", "65535"] } }), []);
    for (const port of ["0", "65536"])
      assert.match(problems({ runtime: { exposedPorts: [port] } }).join(), /is not a port/);
    assert.deepEqual(problems({ compressionLevel: 9, engine: "buildkit" }), []);
    assert.match(problems({ compressionLevel: 10, engine: "buildkit" }).join(), /10 is more than 9/);
    const zstd = { compression: "zstd", engine: "buildkit" };
    assert.deepEqual(problems({ ...zstd, compressionLevel: 22 }), []);
    assert.match(problems({ ...zstd, compressionLevel: 23 }).join(), /23 is more than 22/);
    assert.match(problems({ ...zstd, compressionLevel: 0 }).join(), /at least 1/);
    assert.deepEqual(problems({ runtime: { volumes: ["/a", "/b"] } }), []);
    assert.deepEqual(problems({ runtime: { volumes: ["/tmp", "/tmpfiles"] } }), []);
    assert.match(problems({ runtime: { volumes: ["/var/tmp"] } }).join(), /is a system directory/);
    assert.match(problems({ runtime: { volumes: ["/a", "/a"] } }).join(), /named a second time/);
  });

  it("allow an empty list of packages in an empty image", () => {
    assert.deepEqual(problems({ runtime: { image: "scratch", packages: [] } }), []);
  });

  it("allow settings with the classic recipe that match its behaviour, and refuse others", () => {
    const classic = { recipe: "classic" };
    assert.deepEqual(problems({ ...classic, baseImages: "tag", mainPackage: "." }), []);
    assert.match(problems({ ...classic, baseImages: "pin" }).join(), /^baseImages: the recipe "classic"/);
    assert.match(problems({ ...classic, mainPackage: "./cmd/api" }).join(), /^mainPackage: the recipe/);
    assert.match(
      problems({ ...classic, smokeTest: {} }).join("\n"),
      /^smokeTest: the recipe "classic" has no such setting/m,
    );
    assert.deepEqual(problems({}), []);
  });
});

describe("a value in a message", () => {
  const shown = (value: unknown) => problems({ mainPackage: value }).join();

  it("is described by its type when it has no text form", () => {
    assert.match(shown(Promise.resolve("x")), /: a Promise is not a string/);
    assert.match(
      shown(() => "x"),
      /: a function is not a string/,
    );
    assert.match(shown(1n), /: a bigint is not a string/);
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    assert.match(shown(circle), /: an object is not a string/);
  });

  it("is cut after 120 characters", () => {
    const quoted = (length: number) => `"${"!".repeat(length - 2)}"`;
    assert.ok(shown("!".repeat(118)).includes(quoted(120)));
    assert.ok(shown("!".repeat(119)).includes(`"${"!".repeat(116)}...`));
    assert.ok(!shown("!".repeat(119)).includes("!".repeat(117)));
  });

  it("shows terminal control characters as escapes", () => {
    assert.ok(shown("a\u202eb!").includes("\\u202e"));
  });

  it("hides a credential given for any input", () => {
    const text = problems({ engine: "ghp_" + "a".repeat(36) }).join();
    assert.match(text, /not shown/);
    assert.doesNotMatch(text, /aaaa/);
  });
});
