// What the operating system says of a file, in words for readers of an input's error.

const words: Readonly<Record<string, string>> = {
  EACCES: "this user may not read or write it",
  EDQUOT: "the disk quota is used up",
  EIO: "the disk reports an error",
  ELOOP: "its links form a loop",
  EMFILE: "this process has too many files open",
  ENAMETOOLONG: "its name is too long for the filesystem",
  ENOSPC: "the disk is full",
  EPERM: "this user may not change it",
  EROFS: "the filesystem is read-only",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB, too large to be read",
};

/** "PATH: the disk is full"; undefined for an error of another kind, which is a fault of ours. */
export function diskError(error: unknown): string | undefined {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !(error instanceof Error)) return undefined;
  const known = words[code];
  if (known !== undefined) return `${path === undefined ? "" : `${path}: `}${known} (${code})`;
  return /^E[A-Z0-9]+$/.test(code) ? message : undefined;
}
