// The provider of the prebuilt engine's child: it does what Pulumi asks of the real ones, and pushes without a builder.

import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as fs from "node:fs";
import * as path from "node:path";
import { deleteManifest, fetchManifest, putBlob, putManifest } from "../images/registry";
import { digestOf } from "../../../support/digest";
import { prebuiltImage } from "./image";

/** Of the child's inputs, those that the push needs; the others matter for what has changed. */
interface Inputs {
  /** Where the program runs, which is no matter of the image. */
  directory: string;
  context: string;
  dockerfileText: string;
  image: string;
}

async function push(inputs: Inputs): Promise<object> {
  const context = path.join(inputs.directory, inputs.context);
  const names = fs.readdirSync(context, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => fs.statSync(path.join(context, name)).isFile());
  const contents = files.map((name) => [name, fs.readFileSync(path.join(context, name))] as const);
  const { blobs, manifest } = prebuiltImage(inputs.dockerfileText, Object.fromEntries(contents));
  const [repository, tag] = split(inputs.image);
  for (const blob of blobs) await putBlob(repository, blob);
  await putManifest(repository, tag, manifest);
  return { ...inputs, digest: digestOf(manifest) };
}

/** Repository and tag. */
function split(image: string): [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}

/** As the docker-build provider: the image goes with the resource, unless Pulumi is told to retain it. */
async function remove({ image, digest }: Inputs & { digest: string }): Promise<void> {
  const [repository] = split(image);
  if ((await fetchManifest(repository, digest)) !== undefined) await deleteManifest(repository, digest);
}

/** Secrets and places may be others on another machine, and the image the same. */
function compared(properties: Struct | undefined): string {
  const entries = Object.entries(valuesOf<Record<string, unknown>>(properties));
  return JSON.stringify(entries.filter(([name]) => name !== "directory" && name !== "secrets").sort());
}

function valuesOf<T>(properties: Struct | undefined): T {
  return (properties?.toJavaScript() ?? {}) as T;
}

type Handler<Request, Answer> = (request: Request) => Answer | Promise<Answer>;

/** A method of the service; what a handler throws fails the operation, with its message. */
function method<Request, Answer>(handle: Handler<Request, Answer>) {
  return ({ request }: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>): void => {
    Promise.resolve()
      .then(() => handle(request))
      .then(
        (value) => answer(null, value),
        (error: Error) => answer({ code: 2, message: error.message, details: error.message }),
      );
  };
}

const nothing = method(() => new Empty());

// Of a provider without previews of its own, Pulumi takes the outputs of what would change for unknown.
const methods: UntypedServiceImplementation = {
  attach: nothing,
  cancel: nothing,
  getPluginInfo: method(() => new PluginInfo().setVersion("1.0.0")),
  checkConfig: method((request: messages.CheckRequest) =>
    new messages.CheckResponse().setInputs(request.getNews()),
  ),
  diffConfig: method(() => new messages.DiffResponse()),
  configure: method(() => new messages.ConfigureResponse()),
  check: method((request: messages.CheckRequest) =>
    new messages.CheckResponse().setInputs(request.getNews()),
  ),
  diff: method((request: messages.DiffRequest) => {
    const same = compared(request.getOldInputs()) === compared(request.getNews());
    const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    return new messages.DiffResponse().setChanges(same ? DIFF_NONE : DIFF_SOME);
  }),
  create: method(async (request: messages.CreateRequest) => {
    const outputs = Struct.fromJavaScript((await push(valuesOf(request.getProperties()))) as never);
    return new messages.CreateResponse().setId("prebuilt").setProperties(outputs);
  }),
  update: method(async (request: messages.UpdateRequest) => {
    const outputs = Struct.fromJavaScript((await push(valuesOf(request.getNews()))) as never);
    return new messages.UpdateResponse().setProperties(outputs);
  }),
  // As both real ones on a registry without https: what was pushed is believed to be there.
  read: method((request: messages.ReadRequest) =>
    new messages.ReadResponse()
      .setId(request.getId())
      .setInputs(request.getInputs())
      .setProperties(request.getProperties()),
  ),
  delete: method(async (request: messages.DeleteRequest) => {
    await remove(valuesOf(request.getProperties()));
    return new Empty();
  }),
};

export const service = [ResourceProviderService, methods] as const;
