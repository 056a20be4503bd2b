// Whose turn it is to compile, when several builds share the go command's cache.

/** Packages that a build may compile beside others: compiling these twice costs less than waiting for a stranger's build. */
const few = 20;

/** The command that waits; bench/compileLock.ts compares it with others. */
export const turn = `flock -n 9 || [ "$(missing)" -le ${few} ] || flock -s 9`;

/**
 * Lines of a script that go on when it is this build's turn. They call the script's own function build, which compiles; `cache` is a
 * directory.
 *
 * Services that are built at the same time need much of the same compiled, and the go command does not know of others at work:
 * with an empty cache each of them would compile all of it. So the first has the cache for itself, and the others go on together
 * when it is done. A build that finds nearly everything in the cache does not wait: the first may be a large program of another
 * stack. What is missing is the go command's own plan (-n), which compiles nothing. Whatever an image does not have (flock, the right
 * to write the cache), or whatever fails, means not to wait.
 */
export function awaitTurn(cache: string, file: string): string[] {
  return [
    "# With -n, go build only names what it would compile.",
    `missing() { (export GOFLAGS="$GOFLAGS -n"; build) 2>&1 | grep -c '/compile -o '; };`,
    "# Builds that run at once share the cache: the first fills it, and the others wait if they lack many packages.",
    `if [ -w ${cache} ]; then`,
    `  exec 9> ${cache}/${file};`,
    `  { ${turn}; } 2> /dev/null;`,
    "fi;",
  ];
}
