// Checks of the input cache.

import type { CacheArgs } from "../args";
import { pushTargetProblem } from "../name";
import { flag, lateText, objectOf, text } from "./inputValidator";

export const cache = objectOf<CacheArgs>(
  {
    repository: (validator, path, value, siblings) => {
      if (value === undefined)
        validator.add(
          path,
          "is required: a repository for seeds alone, to which only those may push who may change the program, such as " +
            "registry.example.com/team/seeds",
        );
      lateText(pushTargetProblem)(validator, path, value, siblings);
    },
    write: flag,
    newest: flag,
    trusted: text((digest) =>
      /^sha256:[a-f0-9]{64}$/.test(digest)
        ? undefined
        : "is not the digest of a seed: sha256: and 64 hexadecimal digits in lower case, as goimage cache ls shows it",
    ),
  },
  (validator, path, { write, newest, trusted }) => {
    const refuse = (input: string, found: unknown, why: string) => {
      if (found === true) validator.add(`${path}.${input}`, why);
    };
    if (trusted !== undefined) {
      refuse(
        "write",
        write,
        "cannot be true together with trusted: a stack that writes takes the seeds that it wrote",
      );
      refuse(
        "newest",
        newest,
        "cannot be true together with trusted, which names the one seed that is taken",
      );
    } else if (write === true)
      refuse(
        "newest",
        newest,
        "cannot be true together with write: a stack that writes takes the seeds that it wrote",
      );
  },
);
