// How seeds are tagged. Nothing else in a repository is taken for one.

const exact = "gocache-";
const newest = "gocache-newest-";
const hash = "[0-9a-f]{20}";

/** The label of a seed's configuration that says in a few words what it is for. */
export const seedLabel = "goimage.seed";

/** Of the seed for exactly these dependencies. */
export const exactTag = (digits: string): string => `${exact}${digits}`;
/** Of the newest seed for a module, platform and toolchain. */
export const newestTag = (digits: string): string => `${newest}${digits}`;

export const isExactTag = (tag: string): boolean => new RegExp(`^${exact}${hash}$`).test(tag);
export const isNewestTag = (tag: string): boolean => new RegExp(`^${newest}${hash}$`).test(tag);
