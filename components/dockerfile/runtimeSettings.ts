// What the shipped image is told about how to run: environment, ports, health check, user.

import type { RuntimeSpec } from "../inputs";
import { command, pairs, plain, type Instruction } from "./instructions";

/** `labels` come before those of the inputs. */
export function runtimeSettings(
  runtime: RuntimeSpec,
  labels: Readonly<Record<string, string>>,
): Instruction[] {
  return [
    ...pairs("ENV", runtime.env),
    ...pairs("LABEL", { ...labels, ...runtime.labels }),
    ...runtime.exposedPorts.map((port) => plain("EXPOSE", port)),
    ...(runtime.volumes.length > 0 ? [command("VOLUME", runtime.volumes)] : []),
    ...(runtime.stopSignal === undefined ? [] : [plain("STOPSIGNAL", runtime.stopSignal)]),
    ...healthcheck(runtime),
    user(runtime),
  ];
}

export function user(runtime: RuntimeSpec): Instruction {
  return plain("USER", runtime.user);
}

function healthcheck({ healthcheck: check }: RuntimeSpec): Instruction[] {
  if (check === undefined) return [];
  const flags = [
    ["interval", check.intervalSeconds, "s"],
    ["timeout", check.timeoutSeconds, "s"],
    ["start-period", check.startPeriodSeconds, "s"],
    ["retries", check.retries, ""],
  ] as const;
  const given = flags.flatMap(([name, value, unit]) =>
    value === undefined ? [] : [`--${name}=${value}${unit}`],
  );
  const operand = command("CMD", check.command);
  return [plain("HEALTHCHECK", [...given, operand.keyword, operand.rest].join(" "))];
}
