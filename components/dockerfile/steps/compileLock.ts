// Whose turn it is to compile, when several builds share the go command's cache.

/** Packages that a build may compile beside others: compiling these twice costs less than waiting for a stranger's build. */
const few = 20;

/**
 * How many packages the script's command would compile: the go command's own plan (-n), which compiles nothing. One build at a time
 * asks, since each container has its own share of the processor, whatever the priority of what runs in it.
 */
const missing = (cache: string) =>
  `GOFLAGS="$GOFLAGS -n" GOPROXY=off flock ${cache}/ask nice "$@" 2>&1 | grep -c "/compile -o "`;

/**
 * A script that returns when it is this build's turn; the command is in the script's arguments, and `cache` is a directory.
 *
 * Services that are built at the same time need much of the same compiled, and the go command does not know of others at work:
 * with an empty cache each of them would compile all of it. So the first has the cache for itself, and the others go on together
 * when it is done, or as soon as the cache has nearly all that they need: the first may be a large program of another stack.
 * They ask again and again, one after the other. Whatever is missing in an image (flock, nice, the right to write the cache), or
 * fails, means not to wait.
 */
export function awaitTurn(cache: string, file: string): string {
  const pauses = "pause=8; while MISSING; do sleep $pause; [ $pause -gt 16 ] || pause=$((pause * 2)); done";
  const look = pauses.replace("MISSING", () => `[ "$(${missing(cache)})" -gt ${few} ]`);
  // Both ends of the wait: the lock comes, or the second process finds that it is not needed, and ends the first.
  const wait = `flock -s 9 & lock=$!; { ${look}; kill $lock; } >/dev/null 2>&1 9>&- & wait $lock; kill $!`;
  return `[ -w ${cache} ] && exec 9>${cache}/${file} && { flock -n 9 || { ${wait}; }; } 2>/dev/null`;
}
