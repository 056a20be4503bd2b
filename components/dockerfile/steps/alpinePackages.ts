// Alpine packages for the shipped image. The builder may not be able to run programs of the image's platform, so apk of
// the builder's own platform installs them into a directory, which the image's stage then copies.

import { knownBase, stageNames } from "../../inputs";
import type { Plan } from "../dockerfile";
import type { Hint } from "../hint";
import { comment, copy, emptyLine, from, plain, run, usualShell, type Instruction } from "../instructions";
import { commandLines, complaint, shellWord } from "../shell";
import { authoritiesMount } from "./privateModules";

/** The stage that installs, and the base of the image's own platform, with no command in it. */
const { packages: packagesStage, base: baseStage } = stageNames;

const base = "/base";
const tree = "/out/packages";
const authorities = "/run/goimage/ca.pem";

const needsApk =
  "runtime.packages needs a base image with apk, such as Alpine or an image that is based on it: choose one with " +
  "runtime.image, or leave runtime.packages out";

/**
 * Before apk runs: it has to know the base as the image's platform has it, with its architecture, repositories and keys,
 * what is installed, the numbers of users, and which settings were changed and are to stay. So /etc and the database are
 * put into the tree, and links such as /lib to usr/lib: to a link nothing could be copied from a directory of its name.
 */
const prepare = [
  "set -eu;",
  `if ! command -v apk > /dev/null || [ ! -s ${base}/etc/apk/arch ]; then`,
  ...complaint(needsApk, "  "),
  "  exit 1;",
  "fi;",
  `cd ${base};`,
  `mkdir -p ${tree}/usr ${tree}/var;`,
  "# A directory cannot be copied onto a link of its name, such as /lib.",
  "for link in bin lib lib64 sbin usr/sbin; do",
  `  if [ -L $link ]; then`,
  `    cp -P $link ${tree}/$link;`,
  `    mkdir -p ${tree}/$(dirname $link)/$(readlink $link);`,
  "  fi;",
  "done;",
  `cp -a etc ${tree}/;`,
  "for database in lib/apk usr/lib/apk; do",
  `  if [ -d $database ]; then`,
  `    mkdir -p ${tree}/$database;`,
  `    cp -a $database/. ${tree}/$database/;`,
  "  fi;",
  "done",
];

/** Before apk runs where a company has authorities of its own. */
const trust = [
  "# apk trusts only /etc/apk/ca.pem, and without that file the authorities of the system.",
  "if [ ! -s /etc/apk/ca.pem ]; then cp /etc/ssl/cert.pem /etc/apk/ca.pem || true; fi;",
  `{ echo; cat ${authorities}; } >> /etc/apk/ca.pem &&`,
];

/** After apk has run: what the base has in the same way is not part of the layer, nor is what apk needs while it runs. */
const tidy = [
  "set -eu;",
  `cd ${tree};`,
  "rm -f lib/apk/db/lock usr/lib/apk/db/lock var/log/apk.log;",
  "same() {",
  `  [ "$(stat -c '%F %a %u %g' "$1")" = "$(stat -c '%F %a %u %g' "$2")" ] || return;`,
  '  if [ -L "$1" ]; then [ "$(readlink "$1")" = "$(readlink "$2")" ]; else cmp -s "$1" "$2"; fi;',
  "};",
  "find . ! -type d | while IFS= read -r file; do",
  `  if { [ -e "${base}/$file" ] || [ -L "${base}/$file" ]; } && same "$file" "${base}/$file"; then`,
  '    rm "$file";',
  "  fi;",
  "done;",
  "find . -mindepth 1 -depth -type d | while IFS= read -r directory; do",
  `  [ ! -d "${base}/$directory" ] || rmdir "$directory" 2> /dev/null || true;`,
  "done;",
  "# All files get the same time, so that the same packages give the same layer.",
  "find . -exec touch -h -d @0 {} +",
];

/** The steps that install; none without packages. `image` is the runtime's base. */
export function packageStages(plan: Plan, image: string): Instruction[] {
  const { packages } = plan.spec.runtime;
  if (packages.length === 0) return [];
  const options = ["--root", tree, "--no-cache", "--no-scripts"];
  const add = commandLines(["apk", "add", ...options, ...[...packages].sort().map(shellWord)]);
  const mounts = authoritiesMount(plan, authorities);
  const withBase = { mounts: [`type=bind,from=${baseStage},target=${base}`] };
  return [
    comment("The base of the image's own platform, which the builder may not be able to run."),
    from(image, { as: baseStage }),
    emptyLine,
    comment("Installs Alpine packages on the builder's platform, into a directory for the image."),
    from(image, { as: packagesStage, platform: "$BUILDPLATFORM" }),
    // Alpine names none.
    ...(knownBase(plan.spec.runtime.image) === undefined ? usualShell() : []),
    comment("Only root can install packages, and the base may have another user."),
    // With its group it stands for itself, where no file knows users.
    plain("USER", "0:0"),
    comment(
      "Copies what apk has to know of the base: platform, repositories, keys, packages, users, settings.",
    ),
    run(prepare, withBase),
    comment("Runs no scripts of packages, which may be for another platform."),
    run(mounts.length === 0 ? add : [...trust, ...add], { mounts }),
    comment("Removes what the base has as well."),
    run(tidy, withBase),
    emptyLine,
  ];
}

/** The layer of the packages: before what changes more often. */
export function packageLayer(packages: readonly string[]): Instruction[] {
  if (packages.length === 0) return [];
  return [comment("Alpine packages."), copy([`${tree}/`], "/", { from: packagesStage })];
}

export const hints: readonly Hint[] = [
  { stage: packagesStage, when: /exec: "\/bin\/sh": /, say: () => needsApk },
  {
    stage: packagesStage,
    when: /exec \S+: exec format error/,
    say: () =>
      "runtime.packages runs the base image's apk on the builder, but the base image is not available for the builder's platform: " +
      "choose a base image that is with runtime.image, or a builder that can run it with the input builder",
  },
  {
    stage: packagesStage,
    when: /certificate verify failed/,
    say: () =>
      "the certificate of a package server is not trusted: add its authority, such as your company's, to build.caCertificates",
  },
];
