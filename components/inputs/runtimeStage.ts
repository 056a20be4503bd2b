// Checks of the input runtime.

import type { HealthcheckArgs, RuntimeStageArgs } from "../args";
import { baseImageProblem } from "./baseImage";
import { atLeast, flag, objectOf, record, text, texts, variableName, type Add } from "./inputChecks";
import { runtimePackages } from "./runtimePackages";

const healthcheck = objectOf<HealthcheckArgs>({
  command: (add, path, value) => {
    texts()(add, path, value ?? []);
    if (!Array.isArray(value) || value.length === 0)
      add(path, "is required: a command and its arguments as a list");
  },
  intervalSeconds: atLeast(1),
  timeoutSeconds: atLeast(1),
  startPeriodSeconds: atLeast(0),
  retries: atLeast(1),
});

export const runtimeStage = objectOf<RuntimeStageArgs>({
  image: text(baseImageProblem),
  alpineVersion: text((version) =>
    /^\d+\.\d+(\.\d+)?$/.test(version) ? undefined : "is not an Alpine version, such as 3.20.3",
  ),
  packages: runtimePackages,
  user: text(userProblem),
  workingDirectory: text((directory) =>
    directory === "/" || isAbsolute(directory) ? undefined : `${absolute}, such as /app`,
  ),
  env: record(variableName),
  exposedPorts: texts(portProblem),
  labels: record((name) =>
    /^[A-Za-z0-9][\w./-]*$/.test(name)
      ? undefined
      : "is not a label of letters, digits, dots, dashes and slashes",
  ),
  files: texts(fileProblem),
  volumes,
  command: texts(),
  entrypoint: (add, path, value) => {
    texts()(add, path, value);
    if (Array.isArray(value) && value.length === 0) add(path, "is empty; leave it out to run the binary");
  },
  healthcheck,
  stopSignal: text((signal) =>
    /^(SIG[A-Z]+[0-9]*([+-]\d+)?|[1-9]\d?)$/.test(signal)
      ? undefined
      : "is not a signal, such as SIGINT or 2",
  ),
  timezones: flag,
});

const absolute = "is not an absolute path of letters, digits, dots, dashes and underscores";

function isAbsolute(path: string): boolean {
  return /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/.test(path);
}

function volumes(
  add: Add,
  path: string,
  value: unknown,
  { workingDirectory = "/app" }: RuntimeStageArgs,
): void {
  const seen = new Set<string>();
  texts((volume) => {
    if (!isAbsolute(volume)) return `${absolute}, such as /var/lib/api`;
    if (`${workingDirectory}/`.startsWith(`${volume}/`))
      return `holds the program (runtime.workingDirectory is ${workingDirectory}), which a volume mounted there would hide; name a directory below it or elsewhere`;
    if (/^\/(tmp\/.*|(var\/tmp|root|run|proc|sys|dev|etc)(\/.*)?)$/.test(volume))
      return "is a system directory, whose permissions must not change; name another directory, such as /data or /var/lib/api";
    if (seen.has(volume)) return "is named a second time; name it once";
    seen.add(volume);
    return undefined;
  })(add, path, value);
}

function userProblem(user: string): string | undefined {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(user);
  const largest = 2 ** 31 - 1;
  if (!match || Number(match[1]) > largest || Number(match[2] ?? 0) > largest) {
    return "is not a numeric user, or user and group, such as 65532:65532 (a name may stand for root)";
  }
  if (Number(match[1]) > 0) return undefined;
  return "is root, which is not allowed: goimage images never run as root; set the user where you deploy (runAsUser, docker run --user)";
}

function portProblem(port: string): string | undefined {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(port);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 65535) return undefined;
  return "is not a port such as 8080 or 53/udp";
}

function fileProblem(file: string): string | undefined {
  const parts = file.split("/");
  if (file === "" || parts[0] === "" || parts.includes("..") || /[*?[\]\\]/.test(file)) {
    return "is not a plain path inside source (no wildcards or backslashes, no leading slash, no ..)";
  }
  return undefined;
}
