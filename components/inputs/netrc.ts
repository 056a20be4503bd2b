// Checks of the text of a netrc file.

/** What is wrong with it, without a word of what it holds. */
export function netrcProblem(netrc: string): string | undefined {
  if (!/^\s*(machine|default|macdef)\s/m.test(netrc))
    return 'is not the text of a netrc file, such as "machine git.example.com login robot password ..."';
  // As the go command reads it: pairs of words, each line by itself. curl, and with it git, also looks in the next line.
  const cut = netrc
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map((words) => (words.length % 2 === 1 ? words.at(-1) : undefined))
    .find((word) => /^(machine|login|password)$/.test(word ?? ""));
  if (cut === undefined) return undefined;
  return `has a line that ends after ${cut}, with the value in the next line, where the go command does not look; put both into one line (a token that was read from a file may begin with a line end)`;
}
