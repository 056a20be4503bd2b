// Alpine packages for the shipped image. The builder may not be able to run programs of the image's platform, so apk of
// the builder's own platform installs them into a directory, which the image's stage then copies.

import { stageNames } from "../../inputs";
import type { Plan } from "../dockerfile";
import type { Hint } from "../hint";
import { copy, emptyLine, from, plain, run, type Instruction } from "../instructions";
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
const prepare = `set -eu
command -v apk > /dev/null && [ -s ${base}/etc/apk/arch ] || { echo "$0" >&2; exit 1; }
cd ${base}
mkdir -p ${tree}/usr ${tree}/var
for link in bin lib lib64 sbin usr/sbin; do
  [ ! -L $link ] || { cp -P $link ${tree}/$link; mkdir -p ${tree}/$(dirname $link)/$(readlink $link); }
done
cp -a etc ${tree}/
for database in lib/apk usr/lib/apk; do
  [ ! -d $database ] || { mkdir -p ${tree}/$database; cp -a $database/. ${tree}/$database/; }
done`;

/** apk trusts the authorities in /etc/apk/ca.pem; without that file those of the system. Runs a command. */
const trusting = `set -eu
[ -s /etc/apk/ca.pem ] || cp /etc/ssl/cert.pem /etc/apk/ca.pem || true
{ echo; cat ${authorities}; } >> /etc/apk/ca.pem
exec "$@"`;

/** After apk has run: what the base has in the same way is no part of the layer, nor is what apk needs while it runs. */
const tidy = `set -eu
cd ${tree}
rm -f lib/apk/db/lock usr/lib/apk/db/lock var/log/apk.log
same() {
  [ "$(stat -c '%F %a %u %g' "$1")" = "$(stat -c '%F %a %u %g' "$2")" ] || return
  if [ -L "$1" ]; then [ "$(readlink "$1")" = "$(readlink "$2")" ]; else cmp -s "$1" "$2"; fi
}
find . ! -type d | while IFS= read -r file; do
  if { [ -e "${base}/$file" ] || [ -L "${base}/$file" ]; } && same "$file" "${base}/$file"; then rm "$file"; fi
done
find . -mindepth 1 -depth -type d | while IFS= read -r directory; do
  [ ! -d "${base}/$directory" ] || rmdir "$directory" 2> /dev/null || true
done
find . -exec touch -h -d @0 {} +`;

/** The steps that install; none without packages. `image` is the runtime's base. */
export function packageStages(plan: Plan, image: string): Instruction[] {
  const { packages } = plan.spec.runtime;
  if (packages.length === 0) return [];
  const add = ["apk", "add", "--root", tree, "--no-cache", "--no-scripts", ...[...packages].sort()];
  const trust = authoritiesMount(plan, authorities);
  const baseMount = `type=bind,from=${baseStage},target=${base}`;
  return [
    from(image, { as: baseStage }),
    emptyLine,
    from(image, { as: packagesStage, platform: "$BUILDPLATFORM" }),
    // The base may be made for another user. With its group it stands for itself, where no file knows users.
    plain("USER", "0:0"),
    run(["sh", "-c", prepare, needsApk], [baseMount]),
    run(trust.length === 0 ? add : ["sh", "-c", trusting, "sh", ...add], trust),
    run(["sh", "-c", tidy], [baseMount]),
    emptyLine,
  ];
}

/** The layer of the packages: before what changes more often. */
export function packageLayer(packages: readonly string[]): Instruction[] {
  return packages.length === 0 ? [] : [copy([`${tree}/`], "/", packagesStage)];
}

export const hints: readonly Hint[] = [
  { stage: packagesStage, when: /exec: "sh": executable file not found/, say: () => needsApk },
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
