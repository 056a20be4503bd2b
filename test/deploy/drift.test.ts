// When a build waits for what the registry says about the last deployment, with Pulumi's mocks and a registry that is slow
// to answer.

import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "../../components";
import { helloFiles, inHello, makeTree } from "../support/module";
import { runProgram, valueOf, type Registered } from "../support/program";

const digest = `sha256:${"0".repeat(64)}`;
const componentType = "goimage:index:GoMultiStageImage";
const dockerType = "docker:index/image:Image";

describe("the check of the deployed image in the registry", () => {
  const before = process.cwd();
  let registry: http.Server;
  let repository: string;
  /** Resolves when the tag is asked for; `answer` lets the registry say that it has none. */
  let asked: Promise<void>;
  let answer: () => void;
  let deployed: Record<string, unknown>;

  beforeEach(async () => {
    let noteTag = (): void => undefined;
    asked = new Promise((resolve) => (noteTag = resolve));
    const answered = new Promise<void>((resolve) => (answer = resolve));
    registry = http.createServer((request, response) => {
      const isTag = request.url?.endsWith("/manifests/latest") === true;
      if (isTag) noteTag();
      const wait = isTag ? answered : Promise.resolve();
      void wait.then(() => response.writeHead(request.url === "/v2/" ? 200 : 404).end());
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    repository = `127.0.0.1:${(registry.address() as AddressInfo).port}/hello`;
    process.chdir(makeTree(inHello(helloFiles)));
    deployed = {};
    const image = (await run(true).ended).result;
    const known = await valueOf(pulumi.all([image.sourceFiles, image.dockerfile, image.tags]));
    const [sourceFiles, dockerfile, tags] = known;
    const ref = `${repository}@${digest}`;
    deployed = { digest, ref, size: 1, layers: [], sourceFiles, dockerfile, tags, repair: "last" };
  });

  afterEach(() => {
    process.chdir(before);
    answer();
    registry.closeAllConnections();
    registry.close();
  });

  /** Runs a program that has one image; `build` resolves when the engine is told to build, `ended` with the program. */
  function run(preview: boolean) {
    let noteBuild = (): void => undefined;
    const build = new Promise<void>((resolve) => (noteBuild = resolve));
    const state = ({ type }: Registered) => {
      if (type === dockerType) noteBuild();
      // Of a digest that is not known nothing is read back.
      const states: Record<string, Record<string, unknown>> = {
        [componentType]: deployed,
        [dockerType]: { repoDigest: pulumi.runtime.unknownValue },
      };
      return states[type] ?? {};
    };
    const program = () => new GoMultiStageImage("hello", { source: "hello", repository });
    return { build, ended: runProgram(program, { state, preview, asEngine: true }) };
  }

  /** Whether a promise is resolved before a registry that does not answer could matter. */
  async function happens(event: Promise<void>): Promise<boolean> {
    return Promise.race([
      event.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000)),
    ]);
  }

  it("ends before the engine gets an unchanged image", async () => {
    const { build } = run(false);
    await asked;
    assert.equal(await happens(build), false);
    answer();
    await build;
  });

  it("does not hold up an edit of the source", async () => {
    deployed["sourceFiles"] = { ...(deployed["sourceFiles"] as object), "main.go": "before" };
    const { build } = run(false);
    await build;
  });

  it("does not hold up a change of the Dockerfile", async () => {
    deployed["dockerfile"] = "FROM alpine:3.19\n";
    const { build } = run(false);
    await build;
  });
});
