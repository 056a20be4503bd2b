import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { makeTree } from "../../support/module";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import { answer, editableSource, Example, exampleId } from "../support/project/example";

describe("examples: rolling", function () {
  this.timeout(600_000);

  it("replaces the container behind the proxy without losing a request", async function () {
    const reason = missingEngine("docker");
    if (reason !== undefined) skipWithReason(this, reason);
    const { directory, edit } = editableSource("examples/rolling/services");
    const example = new Example("examples/rolling", exampleId, makeTree({}));
    await example.start({ repository: `${registry}/test/${exampleId}/rolling`, source: directory });
    const { url } = (await example.deploy()) as { url: string };
    assert.equal(await answer(url), "Hello, gopher!\n");
    const client = new Client(url);

    edit("cmd/api/main.go", "Hello", "Good day");
    const asking = client.askUntilStopped();
    const edited = await example.up();
    await sleep(500);
    client.stop();
    await asking;
    assert.equal(edited.code, 0, edited.output);
    // The api alone: the proxy does not import it.
    assert.match(edited.output, /1 replaced/);
    assert.deepEqual(client.failures, []);
    assert.deepEqual([...client.answers], ["Hello, gopher!", "Good day, gopher!"]);
    await example.end();
  });
});

/** Asks again and again, and keeps the distinct answers and what went wrong. */
class Client {
  readonly answers = new Set<string>();
  readonly failures: string[] = [];
  private isStopped = false;

  constructor(private readonly url: string) {}

  stop(): void {
    this.isStopped = true;
  }

  async askUntilStopped(): Promise<void> {
    while (!this.isStopped) {
      try {
        this.answers.add(await this.ask());
      } catch (error) {
        this.failures.push((error as Error).message);
      }
      await sleep(20);
    }
  }

  private async ask(): Promise<string> {
    const response = await fetch(this.url);
    const text = (await response.text()).trim();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return text;
  }
}
