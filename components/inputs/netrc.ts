// The text of a netrc file, as git (through curl) and the go command read it in a build. Pure.

/** What a netrc file holds. */
interface Netrc {
  machines: string[];
  /** True for an entry that fits every host. */
  hasDefault: boolean;
  hasMacros: boolean;
  /** A keyword whose value is on the next line, where curl, and with it git, finds it, but not the go command. */
  cut: string | undefined;
  /** What must not be shown: each word of a login, and the two that a Basic header joins. */
  secrets: string[];
}

const ofLogin = ["login", "password", "account"] as const;
type LoginWord = (typeof ofLogin)[number];

/** What is wrong with the text of a netrc file; undefined when nothing is. The text is not shown. */
export function netrcProblem(text: string): string | undefined {
  const { machines, hasDefault, hasMacros, cut } = parseNetrc(text);
  if (hasDefault)
    return "has a default entry, whose password git sends to every host that asks for one; name each host with machine";
  if (machines.length === 0 && !hasMacros)
    return 'is not the text of a netrc file, such as "machine git.example.com login robot password ..."';
  if (cut === undefined) return undefined;
  return `has a line that ends after ${cut}, with the value on the next line, where the go command does not look; put both on one line (a token that was read from a file may begin with a line break)`;
}

/** What a log must not repeat of a netrc file. Of another text, nothing. */
export function netrcSecrets(text: string): string[] {
  return parseNetrc(text).secrets;
}

function parseNetrc(text: string): Netrc {
  const found: Netrc = { machines: [], hasDefault: false, hasMacros: false, cut: undefined, secrets: [] };
  let keyword = "";
  let login: Partial<Record<LoginWord, string>> = {};
  const end = () => {
    if (login.login !== undefined && login.password !== undefined)
      found.secrets.push(`${login.login}:${login.password}`);
    login = {};
  };
  for (const { raw, value, isLast } of words(text)) {
    if (keyword === "machine") {
      found.machines.push(value);
      keyword = "";
    } else if (isOfLogin(keyword)) {
      login[keyword] = value;
      // The go command knows no quotation marks.
      found.secrets.push(value, raw);
      keyword = "";
    } else if (keyword !== "macdef") {
      // curl takes keywords in capitals, too.
      const word = value.toLowerCase();
      keyword = ["machine", "macdef", ...ofLogin].includes(word) ? word : "";
      if (word === "default") found.hasDefault = true;
      if (word === "macdef") found.hasMacros = true;
      if (["machine", "default"].includes(word)) end();
      if (isLast && /^(machine|login|password)$/.test(keyword)) found.cut ??= keyword;
    } else keyword = ""; // The macro's name; words() leaves its body out.
  }
  end();
  return found;
}

const isOfLogin = (word: string): word is LoginWord => (ofLogin as readonly string[]).includes(word);

/** The words of the file, without comments and without the bodies of macros, each as it is written and as it is meant. */
function words(text: string): { raw: string; value: string; isLast: boolean }[] {
  const found: { raw: string; value: string; isLast: boolean }[] = [];
  let inMacro = false;
  // A value that looks like a comment, or like a macro, is a value.
  let isValue = false;
  for (const line of text.split(/\r?\n/)) {
    if (inMacro) {
      // A macro ends at an empty line.
      inMacro = line !== "";
      continue;
    }
    for (const [raw] of line.matchAll(/"(?:[^"\\]|\\.)*"?|\S+/g)) {
      if (raw.startsWith("#") && !isValue) break;
      const value = raw.startsWith('"') ? unquoted(raw) : raw;
      found.push({ raw, value, isLast: false });
      const word = value.toLowerCase();
      inMacro ||= word === "macdef" && !isValue;
      isValue = !isValue && (word === "machine" || isOfLogin(word));
    }
    const last = found.at(-1);
    if (last !== undefined) last.isLast = true;
  }
  return found;
}

function unquoted(raw: string): string {
  const ends: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  const inner = /^"((?:[^"\\]|\\.)*)/.exec(raw)?.[1] ?? "";
  return inner.replace(/\\(.)/g, (_, character: string) => ends[character] ?? character);
}
