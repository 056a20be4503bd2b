// A policy pack for stacks with images: largest size, numeric user, pinned base images, allowed registries.
//
//   pulumi up --policy-pack ../policies --policy-pack-config policies.json

import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { inForeignRegistry, notNumericUser, notPinned, tooLarge, type Image } from "./rules";

/** A policy that holds for each image of a stack. */
function policy<Config>(
  name: string,
  description: string,
  violation: (image: Image, config: Config) => string | undefined,
  configSchema?: StackValidationPolicy["configSchema"],
): StackValidationPolicy {
  return {
    ...{ name, description, enforcementLevel: "mandatory", ...(configSchema && { configSchema }) },
    validateStack: (stack, report) => {
      for (const { type, props, urn } of stack.resources) {
        if (!/^goimage:index:Go(Multi|Single)StageImage$/.test(type)) continue;
        const message = violation(props, stack.getConfig() as Config);
        if (message !== undefined) report(message, urn);
      }
    },
  };
}

new PolicyPack("goimage", {
  policies: [
    policy<{ maxBytes: number }>(
      "image-size",
      "An image is small.",
      (image, { maxBytes }) => tooLarge(image, maxBytes),
      { properties: { maxBytes: { type: "integer", minimum: 1, default: 100_000_000 } } },
    ),
    policy("numeric-user", "An image runs as a numeric user other than root.", notNumericUser),
    policy("pinned-bases", "Base images are named by digest.", notPinned),
    policy<{ registries: string[] }>(
      "registries",
      "Images are pushed to the company's registries.",
      (image, { registries }) => inForeignRegistry(image, registries),
      {
        properties: {
          registries: { type: "array", items: { type: "string" }, default: ["registry.example.com"] },
        },
      },
    ),
  ],
});
