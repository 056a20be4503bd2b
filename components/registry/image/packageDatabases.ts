// Where Alpine's apk and Debian's dpkg keep what they know of installed packages.

/** Databases with all of a system's packages, each with how the line of a package's name begins. */
export const packageDatabases: Readonly<Record<string, string>> = {
  "/lib/apk/db/installed": "P:",
  "/usr/lib/apk/db/installed": "P:",
  "/var/lib/dpkg/status": "Package: ",
};

/** True for apk's database, which has the files of each package too. */
export function isApkDatabase(path: string): boolean {
  return Object.hasOwn(packageDatabases, path) && path.includes("/apk/");
}

/** The package whose files a list of dpkg's has; undefined where the path is another file's. */
export function dpkgPackageOf(path: string): string | undefined {
  return /^\/var\/lib\/dpkg\/info\/([^/:]+)(:[^/]+)?\.list$/.exec(path)?.[1];
}
