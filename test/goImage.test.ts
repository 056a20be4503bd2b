// What the components register, with Pulumi's mocks: which child, which inputs, what is unknown.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, GoSingleStageImage } from "../components";
import { helloFiles, inHello, makeTree, writeTree } from "./support/module";
import { runProgram, type Registered } from "./support/program";

const repository = "registry.example.com/team/hello";

/** The project of the last program. */
let directory = "";

/** Runs a program in a fresh project under mocks and gives what it registered. A preview, so that no network is used. */
async function registered(program: () => void): Promise<Registered[]> {
  const before = process.cwd();
  directory = makeTree(inHello(helloFiles));
  process.chdir(directory);
  try {
    return (await runProgram(program, { preview: true })).resources;
  } finally {
    process.chdir(before);
  }
}

function inputs(found: Registered[], type: string): Record<string, unknown> {
  const child = found.find((resource) => resource.type === type);
  assert.ok(child, `no ${type} among ${found.map((resource) => resource.type).join(", ")}`);
  return child.inputs;
}

/** The value in Pulumi's wrapper of a secret; what is not wrapped is no secret. */
function secretValue(wrapped: unknown): unknown {
  const { value, ...signature } = wrapped as { value: unknown };
  assert.deepEqual(signature, { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" });
  return value;
}

const docker = "docker:index/image:Image";
const buildkit = "docker-build:index:Image";

describe("GoMultiStageImage", () => {
  it("registers itself without inputs, and one child of the docker provider", async () => {
    const found = await registered(() => {
      new GoMultiStageImage("api", { source: "hello", repository, tags: ["v1", "latest"] });
    });
    assert.deepEqual(
      found.map(({ type, name }) => [type, name]),
      [
        ["goimage:index:GoMultiStageImage", "api"],
        [docker, "api"],
      ],
    );
    assert.deepEqual(found[0]?.inputs, {});
    assert.deepEqual(inputs(found, docker), {
      imageName: `${repository}:v1`,
      build: {
        context: ".goimage/project/stack/api-MultiStage",
        dockerfile: ".goimage/project/stack/api-MultiStage.Dockerfile",
        builderVersion: "BuilderBuildKit",
        platform: "linux/amd64",
      },
      buildOnPreview: false,
      skipPush: false,
    });
  });

  it("removes the line ending of a login that was read from a file, even if it is only known later", async () => {
    const logins = [
      { username: "robot\n", password: "hunter2\r\n" },
      { username: "robot\n", password: pulumi.secret("hunter2\n") },
      { username: pulumi.output("robot\n"), password: pulumi.secret("hunter2\n") },
    ];
    for (const given of logins) {
      const found = await registered(() => {
        new GoMultiStageImage("api", { source: "hello", repository, registry: given, builder: "b" });
      });
      const [login] = secretValue(inputs(found, buildkit)["registries"]) as Record<string, unknown>[];
      assert.deepEqual([login?.["username"], login?.["password"]], ["robot", "hunter2"]);
    }
  });

  it("leaves out a login whose late values are undefined", async () => {
    const nothing = () => pulumi.output<string | undefined>(undefined);
    for (const [engine, input] of [
      ["docker", "registry"],
      ["buildkit", "registries"],
    ] as const) {
      const found = await registered(() => {
        const registry = { username: nothing(), password: nothing() };
        new GoMultiStageImage("api", { source: "hello", repository, registry, engine });
      });
      const child = inputs(found, engine === "docker" ? docker : buildkit);
      assert.equal(child[input], undefined);
    }
  });

  it("registers one child of the docker-build provider, with an input that changes with the source", async () => {
    const found = await registered(() => {
      new GoMultiStageImage("bk", {
        source: "hello",
        repository,
        builder: "remote",
        platforms: ["linux/arm64"],
      });
    });
    const child = inputs(found, buildkit);
    const inline = (child["dockerfile"] as { inline: string }).inline;
    assert.match(inline, /\n# source-hash: [0-9a-f]{64}\n$/);
    assert.deepEqual(
      { ...child, dockerfile: undefined },
      {
        context: { location: ".goimage/project/stack/bk-MultiStage" },
        dockerfile: undefined,
        platforms: ["linux/arm64"],
        tags: [`${repository}:latest`],
        push: false,
        exports: [{ raw: `type=image,name=${repository}:latest,push=true,oci-mediatypes=true` }],
        buildArgs: { SOURCE_DATE_EPOCH: "0" },
        buildOnPreview: false,
        builder: { name: "remote" },
        network: "default",
      },
    );
  });

  it("registers no resource for a seed, whose failure would fail the update", async () => {
    const found = await registered(() => {
      const cache = { repository: "registry.example.com/team/seeds", write: true };
      new GoMultiStageImage("a", { source: "hello", repository, engine: "buildkit", cache });
    });
    const children = found.filter(({ type }) => type === buildkit);
    assert.deepEqual(
      children.map(({ name }) => name),
      ["a"],
    );
    assert.ok(!fs.existsSync(path.join(directory, ".goimage/project/stack/a-Seed")));
  });

  const seedsOf = (name: string, place: pulumi.Input<string>, seeds: pulumi.Input<string>) =>
    new GoMultiStageImage(name, { source: "hello", repository: place, cache: { repository: seeds } });
  const places = { a: "registry.example.com/team/a", b: "registry.example.com/team/b" };
  const apart = "registry.example.com/team/seeds";
  const spellings: [string, (place: string) => string][] = [
    ["as it is", (place) => place],
    ["in another spelling", (place) => place.replace("registry.example.com", "Registry.example.com:443")],
  ];
  for (const [how, spelled] of spellings) {
    it(`refuses an image's repository for seeds, ${how}, in any order`, async () => {
      await assert.rejects(
        registered(() => void seedsOf("api", places.a, spelled(places.a))),
        /cache\.repository: "\S+" is the repository of the image "api"; give the seeds a repository of their own/,
      );
      await assert.rejects(
        registered(() => {
          seedsOf("first", places.a, apart);
          seedsOf("second", places.b, spelled(places.a));
        }),
        /"second"[^]*cache\.repository: "\S+" is the repository of the image "first"/,
      );
      await assert.rejects(
        registered(() => {
          seedsOf("first", places.a, spelled(places.b));
          seedsOf("second", spelled(places.b), apart);
        }),
        /"second"[^]*\n {2}repository: "\S+" is the cache\.repository of the image "first"; give/,
      );
    });
  }

  it("lets images share a repository of seeds, and one repository have two images", async () => {
    await registered(() => {
      seedsOf("a", places.a, apart);
      seedsOf("b", places.b, pulumi.output(apart));
      new GoMultiStageImage("c", { source: "hello", repository: places.a, tags: ["c"] });
    });
  });

  it("passes credentials to the registry's host, with the password as a secret", async () => {
    const registry = { username: "robot", password: "hunter2" };
    const found = await registered(() => {
      new GoMultiStageImage("one", { source: "hello", repository, registry });
      new GoMultiStageImage("two", {
        source: "hello",
        repository,
        tags: ["two"],
        registry,
        engine: "buildkit",
      });
    });
    const { server, ...login } = secretValue(inputs(found, docker)["registry"]) as Record<string, unknown>;
    assert.deepEqual({ address: server, ...login }, { address: "registry.example.com", ...registry });
    const registries = secretValue(inputs(found, buildkit)["registries"]);
    assert.deepEqual(registries, [{ address: "registry.example.com", ...registry }]);
  });

  it("leaves Dockerfile and context in .goimage, ignored by git", async () => {
    await registered(() => {
      new GoMultiStageImage("files", { source: "hello", repository, recipe: "classic" });
    });
    const work = path.join(directory, ".goimage/project/stack/files-MultiStage");
    assert.match(fs.readFileSync(`${work}.Dockerfile`, "utf8"), /^FROM golang:1\.23 AS build\n/);
    assert.deepEqual(fs.readdirSync(work), ["go.mod", "main.go"]);
    assert.equal(fs.readFileSync(path.join(directory, ".goimage/.gitignore"), "utf8"), "*\n");
  });

  for (const files of ["scripts", "."])
    it(`keeps the executable bit of shipped files: ${files}`, async () => {
      await registered(() => {
        writeTree("hello/scripts", { "migrate.sh": "#!/bin/sh\n", "data.txt": "" });
        fs.chmodSync("hello/scripts/migrate.sh", 0o700);
        new GoMultiStageImage("shipped", { source: "hello", repository, runtime: { files: [files] } });
      });
      const staged = path.join(directory, ".goimage/project/stack/shipped-MultiStage/scripts");
      const mode = (name: string) => (fs.statSync(path.join(staged, name)).mode & 0o777).toString(8);
      assert.deepEqual([mode("migrate.sh"), mode("data.txt")], ["755", "644"]);
    });

  it("gives the context's directory the same mode under any umask", async () => {
    const umask = process.umask(0o077);
    try {
      await registered(() => {
        new GoMultiStageImage("strict", { source: "hello", repository });
      });
    } finally {
      process.umask(umask);
    }
    const { mode } = fs.statSync(path.join(directory, ".goimage/project/stack/strict-MultiStage"));
    assert.equal((mode & 0o777).toString(8), "755");
  });

  it("gives two resources of the same name under different parents separate directories", async () => {
    const found = await registered(() => {
      for (const parentType of ["a:b:C", "a:b:D"]) {
        const parent = new pulumi.ComponentResource(parentType, "parent");
        new GoMultiStageImage(
          "twin",
          { source: "hello", repository, tags: [parentType.slice(-1)] },
          { parent },
        );
      }
    });
    const contexts = found
      .filter(({ type }) => type === docker)
      .map((child) => (child.inputs["build"] as { context: string }).context);
    assert.equal(new Set(contexts).size, 2);
    for (const context of contexts)
      assert.match(context, /^\.goimage\/project\/stack\/twin-MultiStage-[0-9a-f]{12}$/);
  });

  it("throws all mistakes as one error", async () => {
    await registered(() => {
      assert.throws(
        () => new GoMultiStageImage("bad", { source: "nowhere", repository: "x:y", runtime: { user: "0" } }),
        (error) =>
          pulumi.InputPropertiesError.isInstance(error) &&
          error.message.startsWith('GoMultiStageImage "bad": 3 inputs are not valid; nothing was built.\n') &&
          error.errors?.map(({ propertyPath }) => propertyPath).join() === "repository,runtime.user,source",
      );
    });
  });
});

describe("GoSingleStageImage", () => {
  it("registers one child with a Dockerfile of one stage", async () => {
    const found = await registered(() => {
      new GoSingleStageImage("simple", { source: "hello", repository });
    });
    const dockerfile = fs.readFileSync(
      path.join(directory, ".goimage/project/stack/simple-SingleStage.Dockerfile"),
      "utf8",
    );
    assert.equal(inputs(found, docker)["imageName"], `${repository}:latest`);
    assert.equal(dockerfile.match(/^FROM/gm)?.length, 1);
  });

  it("refuses settings of a runtime stage", async () => {
    await registered(() => {
      const args = { source: "hello", repository, runtime: {} };
      assert.throws(() => new GoSingleStageImage("simple", args), /runtime: is unknown; allowed are source/);
    });
  });
});
