// For unit tests of users' own stacks: mocks under which the components have all their outputs. The components look for the mark
// in components/deploy/image/mocked.ts; nothing of them is loaded here.

import type * as pulumi from "@pulumi/pulumi";

/** What a test can say of an image. What it leaves out is made up, and the same in each run. */
export interface MockedImage {
  /** Digest of the image. The default is made from the files that the build reads and the Dockerfile, so that it changes with them. */
  digest?: string;
  /** Bytes that a pull transfers. The default is about ten million. */
  size?: number;
  /** Bytes on disk after a pull. The default is about 22 million. */
  unpackedSize?: number;
}

/** The stack's own mocks, each of which may be left out, and what to say of its images. */
export interface ImageMocksOptions {
  /** Gives the other resources their state, and may see the engines' own. The default is their inputs, with the id NAME_id. */
  newResource?: pulumi.runtime.Mocks["newResource"];
  /** Answers calls of provider functions. The default is their inputs. */
  call?: pulumi.runtime.Mocks["call"];
  /** By the name of the GoMultiStageImage or GoSingleStageImage. */
  images?: Record<string, MockedImage>;
}

/**
 * Mocks for pulumi.runtime.setMocks, with which a stack's images have every output: digest, ref, sizes, layers, checks. Nothing
 * is built, and no daemon, registry or plugin is asked. In a preview (the third argument of setMocks) the outputs that
 * only a build can give stay unknown, as they do in the first pulumi preview.
 */
export function imageMocks(options: ImageMocksOptions = {}): pulumi.runtime.Mocks {
  const { images = {} } = options;
  return Object.assign(
    {
      newResource: (args: pulumi.runtime.MockResourceArgs) =>
        options.newResource?.(args) ?? { id: `${args.name}_id`, state: args.inputs as object },
      call: (args: pulumi.runtime.MockCallArgs) => options.call?.(args) ?? (args.inputs as object),
    },
    { [Symbol.for("goimage.testing")]: images },
  );
}
