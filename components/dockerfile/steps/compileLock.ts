// Whose turn it is to compile, when several builds share the go command's cache.

/** Packages that a build may compile beside others: compiling these twice costs less than waiting for a stranger's build. */
const few = 20;

/** How many packages the script's command would compile: the go command's own plan (-n), which compiles nothing. */
const missing = 'GOFLAGS="$GOFLAGS -n" GOPROXY=off "$@" 2>&1 | grep -c "/compile -o "';

/**
 * A script that returns when it is this build's turn; the command is in the script's arguments, and `cache` is a directory.
 *
 * Services that are built at the same time need much of the same compiled, and the go command does not know of others at work:
 * with an empty cache each of them would compile all of it. So the first has the cache for itself, and the others go on together
 * when it is done. Who has nearly everything in the cache does not wait: the first may be a large program of another stack.
 * Whatever is missing in an image (flock, the right to write the cache), or fails, means not to wait.
 */
export function awaitTurn(cache: string, file: string): string {
  const wait = `{ flock -n 9 || [ "$(${missing})" -le ${few} ] || flock -s 9; }`;
  return `[ -w ${cache} ] && exec 9>${cache}/${file} && ${wait} 2>/dev/null`;
}

/** As 0.1.0 had it: all others wait for the first. */
export function awaitTurnAsBefore(cache: string, file: string): string {
  return `[ -w ${cache} ] && exec 9>${cache}/${file} && { flock -n 9 || flock -s 9; } 2>/dev/null`;
}
