// Flags and variables of the go command that a build cannot have, each with the reason.

/** Flags that go build would take and that would break or subvert the build. */
const refusedFlags: Record<string, string> = {
  o: "the recipe names the output",
  n: "nothing would be compiled",
  toolexec: "it would run another program in place of the compiler",
  exec: "it would run another program",
  overlay: "it would replace source files that the context does not show",
  modfile: "the source hash covers only the module's own go.mod",
  pkgdir: "it would take compiled packages that the source hash does not cover",
  compiler: "only the go command's own compiler is supported",
  gccgoflags: "only the go command's own compiler is supported",
  C: "use source and mainPackage",
  ldflags: "use build.ldflags",
  tags: "use build.buildTags",
};

export function goFlagProblem(text: string): string | undefined {
  const [, name, value] = /^--?([A-Za-z]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined)
    return 'is not a flag; write one flag per entry, with its value after "=", such as "-p=2" or "-gcflags=-l"';
  const reason = Object.hasOwn(refusedFlags, name) ? refusedFlags[name] : undefined;
  if (reason !== undefined) return `is refused: ${reason}`;
  if (name === "buildmode" && !["default", "exe", "pie"].includes(value ?? ""))
    return "is refused: it builds no program; use exe or pie";
  return undefined;
}

/** The go command refuses these without cgo. */
export function cgoFlagProblem(text: string, cgoEnabled: unknown): string | undefined {
  if (cgoEnabled === true || !/^--?(race|msan|asan)(=(true|t|1)|$)/i.test(text)) return undefined;
  return "needs cgo: set build.cgoEnabled, with a build.image that has a C compiler";
}

/** GOFLAGS: flags between spaces, each whole one perhaps in quotes (go help environment). */
export function flagsVariableProblem(text: string, cgoEnabled: unknown): string | undefined {
  const words = text.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  for (const word of words.map((quoted) => quoted.replace(/^(['"])(.*)\1$/s, "$2"))) {
    const reason = goFlagProblem(word) ?? cgoFlagProblem(word, cgoEnabled);
    if (reason !== undefined) return `has ${word.split("=")[0] ?? ""}, which ${reason}`;
  }
  return undefined;
}

/** Variables of build.env that belong to another input or to the recipe. */
export const ownedVariables: readonly { names: RegExp; reason: string }[] = [
  { names: /^(GOOS|GOARCH|GOARM)$/, reason: "use platforms" },
  { names: /^CGO_ENABLED$/, reason: "use build.cgoEnabled" },
  { names: /^GOPROXY$/, reason: "use build.goProxy" },
  { names: /^GOPRIVATE$/, reason: "use build.goPrivate" },
  {
    names: /^(GOTOOLCHAIN|GOROOT)$/,
    reason: "the Go of the build image compiles; choose it with build.goVersion or build.image",
  },
  {
    names: /^(GOCACHE|GOMODCACHE|GOPATH|HOME)$/,
    reason: "the recipe mounts its caches where the image has this directory",
  },
  {
    names: /^(GOENV|XDG_CONFIG_HOME|GIT_CONFIG(_GLOBAL|_SYSTEM|_NOSYSTEM|_PARAMETERS)?)$/,
    reason:
      "it names settings that the Dockerfile does not show; set them in build.env, for git with GIT_CONFIG_COUNT",
  },
  { names: /^(NETRC|GOAUTH)$/, reason: "credentials for modules come from build.netrc" },
  { names: /^SSH_(AUTH_SOCK|AGENT_PID)$/, reason: "use build.ssh" },
  {
    names: /^GIT_SSL_NO_VERIFY$/,
    reason:
      "git would send credentials to whoever answers; give the server's authority to build.caCertificates",
  },
  {
    names: /^(GOCACHEPROG|GIT_EXEC_PATH|GIT_PROXY_COMMAND|GIT_ASKPASS|SSH_ASKPASS|GIT_TEMPLATE_DIR)$/,
    reason: "it would run another program in the build",
  },
  { names: /^GO111MODULE$/, reason: "only modules are built" },
  { names: /^PATH$/, reason: "it would run other programs in place of the image's; use build.image" },
  { names: /^LD_/, reason: "it would load other code into the compiler; use build.image" },
];

/** Variables that are fine, but not where a step has credentials: with build.netrc or build.ssh. */
const riskyWithCredentials: readonly { names: RegExp; values?: RegExp; reason: string }[] = [
  {
    names: /^GOINSECURE$/,
    reason: "it lets the go command send the credentials to a server that is not verified",
  },
  {
    names: /^(GIT_TRACE\w*|GIT_TR2\w*|GIT_CURL_VERBOSE)$/,
    reason: "it writes what git sends, with the credentials, into the build's log",
  },
  {
    names: /^GODEBUG$/,
    values: /http2debug/,
    reason: "http2debug writes what the go command sends, with the credentials, into the build's log",
  },
];

/** Why build.env cannot have a variable; `credentials` tells whether a step of the build has some. */
export function variableProblem(name: string, value: string, credentials: boolean): string | undefined {
  const owned = ownedVariables.find(({ names }) => names.test(name));
  if (owned !== undefined) return `is refused: ${owned.reason}`;
  // Others run programs (core.sshCommand, credential.helper) or turn verification off (http.sslVerify).
  if (/^GIT_CONFIG_KEY_\d+$/.test(name) && !/^url\..+\.insteadOf$/i.test(value))
    return 'is refused: url.BASE.insteadOf is the only setting of git that can be given, such as "url.ssh://git@example.com/.insteadOf"';
  const risky = riskyWithCredentials.find(
    ({ names, values }) => names.test(name) && (values === undefined || values.test(value)),
  );
  return credentials && risky !== undefined
    ? `is refused together with credentials (build.netrc, build.ssh): ${risky.reason}`
    : undefined;
}
