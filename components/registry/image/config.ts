// An image's configuration. No I/O.
import { posix } from "node:path";
import { cleanLine } from "../../text";
import { fold, walkMembers } from "./jsonMembers";
import {
  isObject,
  optionalString,
  parseObject,
  parsePlatform,
  stringRecord,
  utf8,
  type Json,
  type Platform,
} from "./manifest";

interface HistoryEntry {
  createdBy?: string;
  emptyLayer: boolean;
}

interface ImageConfig {
  platform?: Platform;
  /** The user, as in the configuration; "" is root. */
  user: string;
  /** Absolute path of the file that the image runs; undefined when a shell would have to find it. */
  program?: string;
  /** Whether it has an entrypoint or a command. */
  runs: boolean;
  history: HistoryEntry[];
  /** When the image was made, as RFC 3339 has it; "" where nothing is said. */
  created: string;
  labels: Readonly<Record<string, string>>;
  /** Instructions that a builder runs in each stage that begins with the image (ONBUILD). */
  onBuild: readonly string[];
}

export function parseConfig(bytes: Uint8Array): ImageConfig {
  const document = parseObject(bytes, "the image's configuration");
  const history = document["history"];
  const config = isObject(document["config"]) ? document["config"] : {};
  return {
    platform: parsePlatform(document),
    user: cleanLine(optionalString(config["User"]) ?? "", { longest: 128 }),
    program: programPath(config),
    runs: ["entrypoint", "cmd"].some((name) => membersNamed(name, config).some(isSet)),
    created: cleanLine(optionalString(document["created"]) ?? "", { longest: 64 }),
    labels: stringRecord(config["Labels"]),
    onBuild: onBuildOf(bytes, document),
    history: Array.isArray(history) ? history.filter(isObject).map(historyEntry) : [],
  };
}

/**
 * Builders are programs in Go, where keys count in any case, a repeated list replaces the one before it, and a repeated object
 * adds to it. So any key that could be meant counts, wherever a non-empty value stands.
 */
function onBuildOf(bytes: Uint8Array, document: Json): string[] {
  const text = utf8(bytes);
  let isThere = false;
  walkMembers(text, ({ path, at }) => {
    const [first, second] = path;
    if (path.length !== 2 || first !== "config" || second !== "onbuild") return;
    if (!/^(?:null|\[\s*\])/.test(text.slice(at, at + 100))) isThere = true;
  });
  if (!isThere) return [];
  const values = membersNamed("config", document)
    .filter(isObject)
    .flatMap((config) => membersNamed("onbuild", config))
    .flat();
  return values.length > 0
    ? values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    : ["(an instruction that is written in an unusual way)"];
}

function membersNamed(name: string, object: Json): unknown[] {
  return Object.entries(object).flatMap(([key, value]) => (fold(key) === name ? [value] : []));
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function programPath(config: Json): string | undefined {
  const words: unknown[] = [config["Entrypoint"], config["Cmd"]].filter(Array.isArray).flat();
  const [program] = words;
  if (typeof program !== "string" || !program.includes("/")) return undefined;
  const directory = program.startsWith("/") ? "" : (optionalString(config["WorkingDir"]) ?? "");
  return posix.join("/", directory, program);
}

/**
 * The instruction that made each of `count` layers. Some builders write no history, or not one entry for each layer:
 * then nothing is said rather than something wrong.
 */
export function layerInstructions(config: ImageConfig, count: number): (string | undefined)[] {
  const made = config.history.filter((entry) => !entry.emptyLayer);
  return Array.from({ length: count }, (_, n) => (made.length === count ? made[n]?.createdBy : undefined));
}

function historyEntry(entry: Json): HistoryEntry {
  return { createdBy: optionalString(entry["created_by"]), emptyLayer: entry["empty_layer"] === true };
}
