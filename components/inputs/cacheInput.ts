// Checks of the input cache.

import type { CacheArgs } from "../args";
import { pushTargetProblem } from "../name";
import { flag, lateText, objectOf, text } from "./inputChecks";

export const cache = objectOf<CacheArgs>(
  {
    repository: (add, path, value) => {
      if (value === undefined)
        add(
          path,
          "is required: a repository for seeds only, to which only those who may change the program can push, such as " +
            "registry.example.com/team/seeds",
        );
      lateText(pushTargetProblem)(add, path, value);
    },
    write: flag,
    newest: flag,
    trusted: text((digest) =>
      /^sha256:[a-f0-9]{64}$/.test(digest)
        ? undefined
        : "is not the digest of a seed: sha256: and 64 hexadecimal digits in lower case, as goimage cache ls shows it",
    ),
  },
  (add, path, { write, newest, trusted }) => {
    const refuse = (input: string, found: unknown, why: string) => {
      if (found === true) add(`${path}.${input}`, why);
    };
    if (trusted !== undefined) {
      refuse(
        "write",
        write,
        "cannot be true together with trusted: a stack that writes uses only the seeds that it wrote",
      );
      refuse(
        "newest",
        newest,
        "cannot be true together with trusted, which names the only seed that is used",
      );
    } else if (write === true)
      refuse(
        "newest",
        newest,
        "cannot be true together with write: a stack that writes uses only the seeds that it wrote",
      );
  },
);
