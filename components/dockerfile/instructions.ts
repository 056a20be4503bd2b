// Dockerfile instructions as data, and their text. Only syntax of version 1.2 without a "# syntax" line, which every
// BuildKit since Docker Engine 20.10 reads without fetching a frontend; the smoke test's stages need version 1.4.
//
// User strings are data. They stand in JSON arrays, which no shell and no expansion touches, or in double quotes with
// every character escaped that means something there. Validation has refused control characters; a line break that
// came this far would be a bug of ours, and text() stops it.

/** One line of a Dockerfile. An empty keyword is an empty line. */
export interface Instruction {
  keyword: string;
  rest: string;
  /** Lines that follow, up to the mark that ends them. */
  heredoc?: string;
}

export const emptyLine: Instruction = { keyword: "", rest: "" };

export function text(instructions: readonly Instruction[]): string {
  return instructions.map((instruction) => `${line(instruction)}\n${instruction.heredoc ?? ""}`).join("");
}

function line({ keyword, rest }: Instruction): string {
  const whole = rest === "" ? keyword : `${keyword} ${rest}`;
  // eslint-disable-next-line no-control-regex -- a control character here would be an instruction of its own
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(whole))
    throw new Error(`control character in a ${keyword} instruction`);
  return whole;
}

/** How a stage begins: its name, and the platform of its base if that is not the image's. */
export interface StageStart {
  as?: string;
  platform?: string;
}

export function from(image: string, options: StageStart = {}): Instruction {
  const platform = options.platform === undefined ? "" : `--platform=${options.platform} `;
  return {
    keyword: "FROM",
    rest: `${platform}${image}${options.as === undefined ? "" : ` AS ${options.as}`}`,
  };
}

/** RUN in exec form: no shell, so that $, ;, quotes and << arrive as they are. */
export function run(command: readonly string[], mounts: readonly string[] = []): Instruction {
  return { keyword: "RUN", rest: [...mounts.map((mount) => `--mount=${mount}`), json(command)].join(" ") };
}

/** RUN that reaches nothing but loopback. Syntax of version 1.3. */
export function runOffline(command: readonly string[], mounts: readonly string[] = []): Instruction {
  const { keyword, rest } = run(command, mounts);
  return { keyword, rest: `--network=none ${rest}` };
}

/**
 * COPY; paths with other than harmless characters stand in a JSON array, in which quotes and variables still mean
 * something. Validation has refused wildcards of users.
 */
export function copy(sources: readonly string[], target: string, from?: string): Instruction {
  const paths = [...sources, target];
  const operands = paths.every((path) => /^[\w./*-]+$/.test(path) && !path.startsWith("-"))
    ? paths.join(" ")
    : json(paths.map(literal));
  return { keyword: "COPY", rest: from === undefined ? operands : `--from=${from} ${operands}` };
}

/**
 * COPY of a text of ours into a file, as a heredoc that expands nothing. It is syntax of version 1.4, so only for what
 * needs a newer BuildKit anyway.
 */
export function file(target: string, content: string): Instruction {
  const mark = "END_OF_FILE";
  if (!content.endsWith("\n") || content.includes(mark))
    throw new Error(`not a text for a heredoc: ${target}`);
  return { keyword: "COPY", rest: `<<"${mark}" ${target}`, heredoc: `${content}${mark}\n` };
}

export function comment(words: string): Instruction {
  return { keyword: "#", rest: words };
}

export function workdir(directory: string): Instruction {
  return { keyword: "WORKDIR", rest: /^[\w./-]+$/.test(directory) ? directory : quoted(directory) };
}

/** ENV or LABEL, one instruction a pair, sorted by name so that the order in the program does not matter. */
export function pairs(keyword: "ENV" | "LABEL", values: Readonly<Record<string, string>>): Instruction[] {
  return Object.keys(values)
    .sort()
    .map((name) => ({ keyword, rest: `${name}=${quoted(values[name] ?? "")}` }));
}

/** An instruction whose operand is a command in exec form: CMD, ENTRYPOINT, HEALTHCHECK ... CMD. */
export function command(keyword: string, words: readonly string[]): Instruction {
  return { keyword, rest: json(words) };
}

/** An instruction whose operand validation has limited to harmless characters: USER, EXPOSE, STOPSIGNAL. */
export function plain(keyword: string, rest: string): Instruction {
  return { keyword, rest };
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"$]/g, "\\$&")}"`;
}

function literal(path: string): string {
  return path.replace(/["'$]/g, "\\$&");
}

/**
 * JSON in ASCII: what is beyond it is escaped, so that no reader takes one of Unicode's line ends for a new line, and
 * so is "<", since some readers look for heredocs ("<<EOF") even here.
 */
function json(words: readonly string[]): string {
  return JSON.stringify(words).replace(
    /[<\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
