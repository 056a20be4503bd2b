// What the shipped image is told about how to run: environment, ports, health check, user, command.

import { defaultUserName, type RuntimeSpec } from "../inputs";
import { command, comment, healthcheck, pairs, plain, type Instruction } from "./instructions";

/** `labels` come before those of the inputs. */
export function runtimeSettings(
  runtime: RuntimeSpec,
  labels: Readonly<Record<string, string>>,
): Instruction[] {
  return [
    ...environment(runtime.env),
    ...pairs("LABEL", { ...labels, ...runtime.labels }),
    ...runtime.exposedPorts.map((port) => plain("EXPOSE", port)),
    ...(runtime.volumes.length > 0 ? [command("VOLUME", runtime.volumes)] : []),
    ...(runtime.stopSignal === undefined ? [] : [plain("STOPSIGNAL", runtime.stopSignal)]),
    ...check(runtime),
    ...(isRoot(runtime.user) ? [] : [comment("Not root.")]),
    plain("USER", runtime.user),
    command("ENTRYPOINT", runtime.entrypoint),
    ...(runtime.command === undefined ? [] : [command("CMD", runtime.command)]),
  ];
}

function environment(env: RuntimeSpec["env"]): Instruction[] {
  const isDefault = env["USER"] === defaultUserName;
  return pairs("ENV", env).flatMap((pair) =>
    isDefault && pair.lines[0]?.startsWith("USER=") === true
      ? [comment("Go's user.Current fails without a name for the user."), pair]
      : [pair],
  );
}

function isRoot(user: string): boolean {
  return /^(0+|root)(:|$)/.test(user);
}

function check({ healthcheck: given }: RuntimeSpec): Instruction[] {
  if (given === undefined) return [];
  const options = [
    ["interval", given.intervalSeconds, "s"],
    ["timeout", given.timeoutSeconds, "s"],
    ["start-period", given.startPeriodSeconds, "s"],
    ["retries", given.retries, ""],
  ] as const;
  return [
    healthcheck(
      options.flatMap(([name, value, unit]) => (value === undefined ? [] : [`--${name}=${value}${unit}`])),
      given.command,
    ),
  ];
}
