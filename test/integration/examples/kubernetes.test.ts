import assert from "node:assert/strict";
import { makeTree } from "../../support/module";
import { ApiServer, missingApiServer } from "../support/servers/apiServer";
import { skipWithReason } from "../support/project/environment";
import { editableSource, Example, exampleId, exampleSettings } from "../support/project/example";

interface Deployment {
  metadata: { generation: number };
  spec: { template: { spec: { containers: { image: string }[] } } };
}

describe("examples: kubernetes", function () {
  this.timeout(600_000);
  let server: ApiServer | undefined;
  after(() => server?.close());

  it("rolls the Deployment after an edit of the code, and not after an edit of a README", async function () {
    const reason = missingApiServer();
    if (reason !== undefined) skipWithReason(this, reason);
    server = new ApiServer();
    const kubeconfig = await server.start();
    const { directory, edit } = editableSource("examples/quickstart/service");
    const example = new Example("examples/kubernetes", exampleId, makeTree({}), {
      KUBECONFIG: kubeconfig,
      PULUMI_K8S_DELETE_UNREACHABLE: "true",
    });
    await example.start({ ...exampleSettings(), source: directory, skipAwait: "true" });

    const deployed = async (): Promise<{ generation: number; image: string; ref: string }> => {
      const { name, namespace, ref } = (await example.deploy()) as Record<string, string>;
      const where = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const { metadata, spec } = (await server?.get(where)) as Deployment;
      const image = spec.template.spec.containers[0]?.image ?? "";
      return { generation: metadata.generation, image, ref: ref ?? "" };
    };

    const first = await deployed();
    assert.equal(first.generation, 1);
    assert.equal(first.image, first.ref);
    assert.match(first.image, /@sha256:[0-9a-f]{64}$/);

    edit("README.md", "", "Nothing that the build reads.\n");
    assert.deepEqual(await deployed(), first);

    edit("internal/greeting/greeting.go", "Hello", "Good day");
    const edited = await deployed();
    assert.equal(edited.generation, 2);
    assert.equal(edited.image, edited.ref);
    assert.notEqual(edited.image, first.image);
    // Without controllers nothing is ever deleted, so the cluster goes first.
    server.close();
    await example.end();
  });
});
