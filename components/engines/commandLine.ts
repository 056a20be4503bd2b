// Docker's command line for BuildKit: how it may be installed, and the words of a build.

import { netrcSecrets } from "../inputs";

/** With the buildx plugin, as buildx alone, or older than buildx. */
export const commandLines = [
  ["docker", "buildx", "build"],
  ["docker-buildx", "build"],
  ["docker", "build"],
] as const;

/** A build that the command line can run. */
export interface CommandLineBuild {
  /** Paths of the rendered Dockerfile and of the directory with the build context. */
  dockerfile: string;
  context: string;
  platforms: readonly string[];
  buildArgs: Readonly<Record<string, string>>;
  builder: string | undefined;
  /** Id of the SSH agent. */
  ssh: string | undefined;
  /** BuildKit secrets by id. */
  secrets: Readonly<Record<string, string>>;
  /** For the registry: not needed to build, and not to be shown. */
  password: string | undefined;
}

export interface CommandWords {
  words: string[];
  /** Values of secrets, which are no words. */
  env: Record<string, string>;
  /** What must not be shown of the output. */
  secrets: string[];
}

/** What follows the command; `more` are words of its own. */
export function buildWords(build: CommandLineBuild, more: readonly string[] = []): CommandWords {
  const secrets: string[] = build.password === undefined ? [] : [build.password];
  const env: Record<string, string> = { DOCKER_BUILDKIT: "1" };
  const words = ["--progress=plain", `--platform=${build.platforms.join(",")}`, ...more];
  words.push(...Object.entries(build.buildArgs).map(([name, value]) => `--build-arg=${name}=${value}`));
  if (build.builder !== undefined) words.push(`--builder=${build.builder}`);
  if (build.ssh !== undefined) words.push(`--ssh=${build.ssh}`);
  for (const [id, value] of Object.entries(build.secrets)) {
    const variable = `GOIMAGE_${id.replace(/\W/g, "_").toUpperCase()}`;
    env[variable] = value;
    secrets.push(value.trim(), ...netrcSecrets(value));
    words.push(`--secret=id=${id},env=${variable}`);
  }
  return { words: [...words, `--file=${build.dockerfile}`, build.context], env, secrets };
}
