// From a registry to a report.
import { parseImageReference, imageReferenceProblem } from "../name";
import { type RegistryAccess, visitImage } from "../registry";
import { FileVisitor, KeptOfImage } from "./files";
import { imageTree, type ImageReport } from "./model";
import { surfaceOf } from "./surface";

export interface ReadReportOptions {
  access?: RegistryAccess;
  platform?: string;
  progress?: ((done: number, total: number) => void) | undefined;
}

/** What is in the image that `reference` names, by tag or digest. */
export async function readReport(reference: string, options: ReadReportOptions = {}): Promise<ImageReport> {
  const problem = imageReferenceProblem(reference);
  if (problem !== undefined) throw new Error(`${JSON.stringify(reference)} ${problem}`);
  const { repository, ...place } = parseImageReference(reference);
  const kept = new KeptOfImage();
  const image = await visitImage(repository, place, { ...options, visitor: () => new FileVisitor(kept) });
  if (image === undefined) throw new Error(`${reference}: tag not found (or you are not allowed to read it)`);
  const { digest, platform, size } = image;
  const owners = new Map(image.layers.flatMap(({ visitor }) => [...visitor.owners]));
  const layers = image.layers.map(({ files, visitor: { programs }, ...layer }, n) => ({
    name: layerName(n + 1, layer.createdBy),
    files,
    programs,
  }));
  return {
    reference,
    digest,
    platform,
    size,
    unpackedSize: image.layers.reduce((sum, layer) => sum + layer.unpackedSize, 0),
    surface: surfaceOf(image.layers),
    layers: image.layers.map(({ digest, mediaType, createdBy, size, unpackedSize }) => ({
      ...{ digest, mediaType, size, unpackedSize },
      createdBy: createdBy && instruction(createdBy),
    })),
    programs: layers.flatMap(({ programs }) => [...programs].map(([path, found]) => ({ path, ...found }))),
    contents: imageTree(reference, layers, owners),
  };
}

/** Builders write a history of their own making around the Dockerfile's instruction. */
function instruction(createdBy: string): string {
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, "")
    .replace(/\s*# buildkit$/, "")
    .replace(/\s+/g, " ");
}

function layerName(number: number, createdBy: string | undefined): string {
  if (createdBy === undefined) return `layer ${number}`;
  const text = instruction(createdBy);
  return `layer ${number}: ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}
