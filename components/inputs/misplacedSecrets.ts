// Where secrets must not be: everything in this file is about values that would end in an image, its history or the
// state, and that look as if they should not.

/** Formats that are nothing but credentials. Values of ordinary settings cannot have them by chance. */
const credentialFormats: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]{58}/, "an age key"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\bAccountKey=[A-Za-z0-9+/]{86}==/, "an Azure storage key"],
  [/\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})/, "a GitHub token"],
  [/\bgl(pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas)-[A-Za-z0-9_-]{20}/, "a GitLab token"],
  [/\bAIza[A-Za-z0-9_-]{35}/, "a Google API key"],
  [/\b(ya29\.[A-Za-z0-9_-]{20}|GOCSPX-[A-Za-z0-9_-]{28})/, "a Google OAuth secret"],
  [/\bdckr_[po]at_[A-Za-z0-9_-]{27}/, "a Docker token"],
  [/\bdop_v1_[a-f0-9]{64}/, "a DigitalOcean token"],
  [/\bhv[sbr]\.[A-Za-z0-9_-]{24}/, "a Vault token"],
  [/\bnpm_[A-Za-z0-9]{36}/, "an npm token"],
  [/\bpul-[a-f0-9]{40}/, "a Pulumi token"],
  [/\bpypi-AgEI[A-Za-z0-9_-]{50}/, "a PyPI token"],
  [/\bsk-(ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{20}|proj-[A-Za-z0-9_-]{20})/, "an API key of a language model"],
  [/\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/, "a SendGrid key"],
  [/\b(xox[abeoprs]-[A-Za-z0-9-]{10}|xapp-\d-[A-Za-z0-9-]{10})/, "a Slack token"],
  [/\bhooks\.slack\.com\/services\/T\w{6,12}\/B\w{6,12}\/\w{20}/, "a Slack webhook"],
  [/\b((sk|rk)_(live|test)_[A-Za-z0-9]{16}|whsec_[A-Za-z0-9+/]{24})/, "a Stripe key"],
  [/\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60}/, "a Terraform token"],
  // A header and claims, both JSON in base64url. Bounded, so that a long text takes no time to speak of.
  [/\beyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10}/, "a JWT"],
];

/** Longer values are refused for their length. */
const longestLooked = 64 * 1024;

/** What kind of credential a text holds, judged by its format; undefined when it holds none that has one. */
export function credentialIn(text: string): string | undefined {
  const looked = text.slice(0, longestLooked);
  return credentialFormats.find(([format]) => format.test(looked))?.[1];
}

/** What to do with a secret instead of giving it to the input at `path`. */
export function placeForSecret(path: string): string {
  if (path === "build" || path.startsWith("build.")) {
    return "a secret would stay in the history of the build; credentials for module downloads go into build.netrc";
  }
  if (path === "runtime" || path.startsWith("runtime.")) {
    return "a secret would be readable in the image; pass it where the container is deployed (its env or a mounted file)";
  }
  return "a secret does not belong here";
}

/** A secret that was read from a file, as docker login --password-stdin takes it: without the line end of its last line. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/** True for inputs whose values end in an image, its history or the Dockerfile. */
export function endsInImage(path: string): boolean {
  return /^(build|runtime)(\.|$)/.test(path);
}

// The words and the exception of Docker's own build check SecretsUsedInArgOrEnv.
const secretName = /(^|_)(apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(_|$)/i;
const publicName = /(^|_)public(_|$)/i;
/** A name that tells where a secret is, not what it is: PASSWORD_FILE. */
const pointer = /_(FILE|PATH|DIR|NAME|URL|URI|ID|TTL|ENABLED)$/i;

/** True when a variable or label of this name probably holds a secret. */
export function namesSecret(name: string): boolean {
  const words = name.replace(/[.\-/]/g, "_");
  return secretName.test(words) && !publicName.test(words) && !pointer.test(words);
}

type Settings = Readonly<Record<string, string>>;

/** What a user should hear about settings that pass validation: probable secrets, by the names of their inputs. */
export function secretWarnings(spec: {
  build: { env: Settings };
  runtime: { env: Settings; labels: Settings };
}): string[] {
  const { build, runtime } = spec;
  const records: [string, Settings][] = [
    ["build.env", build.env],
    ["runtime.env", runtime.env],
    ["runtime.labels", runtime.labels],
  ];
  return records.flatMap(([path, record]) =>
    Object.entries(record)
      .filter(
        ([name, value]) => value !== "" && (namesSecret(name) || /:\/\/[^/@\s:]*:[^/@\s]+@/.test(value)),
      )
      .map(([name]) => `${path}.${name} looks like a secret: ${placeForSecret(path)}`),
  );
}
