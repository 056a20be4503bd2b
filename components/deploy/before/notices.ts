// Warnings and messages before a build.

import * as pulumi from "@pulumi/pulumi";
import { secretWarnings, timezoneWarning, type ImageSpec } from "../../inputs";
import { findCredentials } from "../../registry";
import type { Source } from "../../source";
import { firstFew } from "../../text";
import type { Destination } from "./destination";
import { say } from "../pulumi/say";
import type { Situation } from "../pulumi/situation";

/** Files that a message names. */
const mostNamed = 3;

/** Logs what is unusual about the inputs and the source. */
export function announce({ mode, component }: Situation, spec: ImageSpec, source: Source): void {
  const { closure, shipped, tree } = source;
  if (mode === "preview" && source.elsewhere.length > 0)
    void say("info", `reads outside of source: ${source.elsewhere.join(", ")}`, component);
  if (closure.wholeModule !== undefined)
    void say("info", `the context holds the whole module: ${closure.wholeModule}`, component);
  const ofOwner = shipped.filter((file) => tree.isPrivate(file));
  if (ofOwner.length > 0) {
    const files = firstFew(ofOwner, mostNamed).join(", ");
    void say(
      "warn",
      `${files} is private on this machine, but everyone can read it in the image, because runtime.files ships it`,
      component,
    );
  }
  if (closure.secrets.length > 0) {
    const names = closure.secrets.join(", ");
    void say(
      "warn",
      `${names} look like secrets and are sent to the builder, because the program embeds or ships them`,
      component,
    );
  }
  if (closure.leftOut.length > 0) {
    const files = firstFew(closure.leftOut, mostNamed).join(", ");
    void say(
      "info",
      `runtime.files leaves out ${files}; name a file or directory itself to ship it`,
      component,
    );
  }
  for (const warning of [
    ...secretWarnings(spec),
    ...source.warnings,
    ...(mode === "preview" ? ofTimezones(spec, source) : []),
  ])
    void say("warn", warning, component);
  void warnOfSecretName(component, spec);
}

/** Only in previews: after a push, the image's check reports it, and exactly. */
function ofTimezones(spec: ImageSpec, { imports }: Source): string[] {
  const warning = timezoneWarning(spec, () => imports().includes("time/tzdata"));
  return warning === undefined ? [] : [warning];
}

/** The name of an image is in its registry, in the state and in the output ref: it cannot be kept secret. */
async function warnOfSecretName(component: pulumi.Resource, { repository, tags }: ImageSpec): Promise<void> {
  if (!(await pulumi.isSecret(pulumi.all([repository, tags])))) return;
  await say(
    "warn",
    "repository or tags is a secret, but the name of an image is readable in the outputs and the state",
    component,
  );
}

/**
 * A docker.Provider does not hand out its registryAuth: the provider can push, but goimage has no login to read the image back.
 * Said before the build, which would otherwise end with a 401 after it.
 */
export function warnOfProviderLogin(
  { mode, component }: Situation,
  { engine, registry }: ImageSpec,
  destination: pulumi.Output<Destination>,
): void {
  const provider = component.getProvider("docker:index/image:Image");
  const isUsed = provider !== undefined && engine === "docker";
  if (!isUsed || registry.login !== undefined || mode !== "update") return;
  destination.apply(async ({ repository: { domain, path } }) => {
    // A failing helper is reported where its login is needed.
    const login = await findCredentials(domain, process.env, path).catch(() => undefined);
    if (login !== undefined) return;
    await say(
      "warn",
      `registryAuth of the docker provider is only used for the push. If ${domain} also needs a login for reading, give it to the ` +
        `image as registry.username and registry.password, or run docker login ${domain}`,
      component,
    );
  });
}
