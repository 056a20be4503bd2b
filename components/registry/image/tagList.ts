// The tags of a repository, and the removal of an image (OCI distribution-spec, "Listing Tags" and "Deleting Manifests").
import { limits } from "../../limits";
import { RegistryError } from "../client/errors";
import { drain } from "../client/http";
import type { Session } from "../client/session";
import { exchange } from "../client/transport";
import { tagProblem } from "../../name";
import { body } from "./served";

const pageSize = 1000;

/** All tags, sorted; none where the registry does not know the repository. */
export async function readTags(session: Session): Promise<string[]> {
  const { tagListMs } = session.settings;
  const signal = AbortSignal.timeout(tagListMs);
  try {
    return await readPages(session, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new RegistryError(`the list of tags of ${session.name} took longer than ${tagListMs / 1000} s`);
  }
}

async function readPages(session: Session, signal: AbortSignal): Promise<string[]> {
  const tags = new Set<string>();
  let query: string | undefined = `?n=${pageSize}`;
  for (let pages = 1; query !== undefined; pages++) {
    // A registry may give one tag at a time, for ever.
    if (pages > limits.registry.tagPages)
      throw new RegistryError(
        `the list of tags of ${session.name} has more than ${limits.registry.tagPages} pages`,
      );
    const page: Page = await readPage(session, query, signal);
    const before = tags.size;
    for (const tag of page.tags) tags.add(tag);
    if (tags.size > limits.registry.tags)
      throw new RegistryError(`${session.name} has more than ${limits.registry.tags} tags`);
    // A registry that repeats itself has no more.
    query = tags.size === before ? undefined : page.next;
  }
  return [...tags].sort();
}

interface Page {
  tags: string[];
  /** Query of the next one. */
  next: string | undefined;
}

function readPage(session: Session, query: string, signal: AbortSignal): Promise<Page> {
  const what = "list the tags";
  const request = { what, method: "GET", path: `tags/list${query}`, accept: [404], signal } as const;
  return exchange(session, request, async (response) => {
    if (response.statusCode === 404) {
      await drain(response);
      return { tags: [], next: undefined };
    }
    const bytes = await body(session, what, response, limits.registry.tagsBytes);
    return { tags: parseTags(session, bytes), next: nextQuery(response.headers["link"]) };
  });
}

/** The query of the next page; where it is asked for is not the registry's choice. */
function nextQuery(link: string | string[] | undefined): string | undefined {
  const [, target] = /^\s*<([^<>]{1,4096})>\s*;\s*rel="?next"?/.exec(String(link ?? "")) ?? [];
  if (target === undefined || !URL.canParse(target, "https://registry.invalid/")) return undefined;
  return new URL(target, "https://registry.invalid/").search || undefined;
}

function parseTags(session: Session, bytes: Buffer): string[] {
  let answer: unknown;
  try {
    answer = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new RegistryError(`the list of tags of ${session.name} is not valid JSON`, { cause: error });
  }
  const { tags } = (answer ?? {}) as { tags?: unknown };
  // A repository without tags has null.
  if (!Array.isArray(tags)) return [];
  return tags.filter((tag): tag is string => typeof tag === "string" && tagProblem(tag) === undefined);
}

/** Removes the image with all its tags; one that is gone already is no error. */
export async function removeImage(session: Session, digest: string): Promise<void> {
  const what = `remove ${digest}`;
  const request = { what, method: "DELETE", path: `manifests/${digest}`, accept: [404, 405] } as const;
  const status = await exchange(session, request, async (response) => {
    await drain(response);
    return response.statusCode;
  });
  if (status === 405)
    throw new RegistryError(
      `cannot ${what} of ${session.name}: the registry does not allow deletion; use an expiry rule of the registry`,
    );
}
