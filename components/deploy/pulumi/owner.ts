import type * as pulumi from "@pulumi/pulumi";
import type { ComponentType } from "../../inputs";

/** The component that an image is built for. */
export interface Owner {
  component: pulumi.ComponentResource;
  type: ComponentType;
  name: string;
  /** Those of the component, which its child does not inherit. */
  customTimeouts: pulumi.CustomTimeouts | undefined;
}
