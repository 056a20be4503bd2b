// What can be said about an image's safety from what is in it: its configuration and its layers' files. Pure.

import type { ImageCommand, ImageSpec } from "../../inputs";
import { limits } from "../../limits";
import type { ImageCheck, ImageLayer, LayerContents } from "../../outputs";
import { firstFew, messageLine } from "../../text";
import { commandCheck } from "./commandCheck";

/** What the checks look at. */
interface CheckedImage {
  /** User in the image's configuration. */
  user: string;
  layers: readonly ImageLayer[];
  /** True when time zones were asked for, or are needed. */
  timezones: boolean;
  /** What the image runs beside the program. */
  commands?: readonly ImageCommand[];
}

/** One verdict for each promise. */
export function imageChecks({ user, layers, timezones, commands = [] }: CheckedImage): ImageCheck[] {
  const contents = layers.map((layer) => layer.contents);
  const checks = [nonRootUser(user), noSetuidFiles(contents), staticBinary(contents), certificates(contents)];
  if (timezones) checks.push(timezoneDatabase(contents));
  // Anybody may have chosen the names in an image, and from here they reach the state.
  return [...checks, ...commands.map((command) => commandCheck(command, contents))].map((check) => ({
    ...check,
    detail: messageLine(check.detail),
  }));
}

/** One verdict for all platforms; where they differ, each has its own words. */
export function checksOfAll(
  platforms: readonly string[],
  found: readonly (readonly ImageCheck[])[],
): ImageCheck[] {
  const [first = [], ...others] = found;
  return first.map((check, n) => {
    const all = [check, ...others.flatMap((checks) => checks[n] ?? [])];
    const isSame = all.every(({ detail }) => detail === check.detail);
    const details = all.map(({ detail }, at) => `${platforms[at] ?? ""}: ${detail}`);
    return {
      name: check.name,
      passed: all.every(({ passed }) => passed),
      detail: isSame ? check.detail : details.join("; "),
    };
  });
}

/** The failed checks that a user should hear of: not what the inputs ask for. */
export function failedChecks(
  checks: readonly ImageCheck[],
  { build }: Pick<ImageSpec, "build">,
): ImageCheck[] {
  const given = build.cgoEnabled ? ["staticBinary"] : [];
  return checks.filter(({ name, passed }) => !passed && !given.includes(name));
}

function nonRootUser(user: string): ImageCheck {
  // A name says nothing: the image's /etc/passwd and /etc/group decide what it stands for.
  const isSafe = (id: string) => /^0*[1-9]\d*$/.test(id);
  const [name = "", group] = user.split(":");
  const passed = isSafe(name) && (group === undefined || isSafe(group));
  const detail = user === "" ? "no user is set, so it is root" : `the user is ${user}`;
  return { name: "nonRootUser", passed, detail };
}

function noSetuidFiles(contents: readonly LayerContents[]): ImageCheck {
  const files = contents.flatMap((layer) => [
    ...layer.setuidFiles,
    ...(layer.capabilityFiles ?? []).map((file) => `${file} (capabilities)`),
  ]);
  const detail = files.length === 0 ? "none" : firstFew(files, limits.output.listed).join(", ");
  return { name: "noSetuidFiles", passed: files.length === 0, detail };
}

function staticBinary(contents: readonly LayerContents[]): ImageCheck {
  const program = contents.findLast((layer) => layer.program !== undefined)?.program;
  const name = "staticBinary";
  if (program === undefined) return { name, passed: false, detail: "the Go program is not in the image" };
  const detail = program.static ? "no interpreter" : `needs ${program.interpreter ?? "an interpreter"}`;
  return { name, passed: program.static, detail };
}

function certificates(contents: readonly LayerContents[]): ImageCheck {
  const passed = contents.some((layer) => layer.certificates);
  const missing = "no bundle of certificate authorities: TLS to public servers fails";
  return { name: "certificates", passed, detail: passed ? "a bundle is there" : missing };
}

function timezoneDatabase(contents: readonly LayerContents[]): ImageCheck {
  const passed = contents.some((layer) => layer.timezones);
  return {
    name: "timezones",
    passed,
    detail: passed
      ? "a database is there"
      : "no time zone database: time.LoadLocation fails, and TZ means UTC; set runtime.timezones",
  };
}
