// An image's attack surface in numbers. Pure.
import type { LayerContents } from "../outputs";
import type { Surface } from "./model";

/** Of the layers that are there: a file that a later layer replaces can still be had from the earlier one. */
export function surfaceOf(layers: readonly { contents: LayerContents }[]): Surface {
  const contents = layers.map((layer) => layer.contents);
  const total = (count: (layer: LayerContents) => number) =>
    contents.reduce((sum, layer) => sum + count(layer), 0);
  return {
    files: total((layer) => layer.files),
    executables: total((layer) => layer.executables),
    setuidFiles: new Set(
      contents.flatMap((layer) => [...layer.setuidFiles, ...(layer.capabilityFiles ?? [])]),
    ).size,
    shells: new Set(contents.flatMap((layer) => layer.shells)).size,
    // A later layer has the whole database again.
    osPackages: contents.findLast((layer) => layer.packages !== undefined)?.packages ?? 0,
  };
}
