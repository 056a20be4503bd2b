/** The comparison tables: pure, from the stack's outputs. */
import { humanSize } from "../../components/text/humanSize";
import { table } from "../setup/ui";

interface Image {
  readonly digest: string;
  readonly ref: string;
  readonly size: number;
  readonly unpackedSize: number;
}

export interface Outputs extends Image {
  readonly simple: Image;
  /** The table of compareImages. */
  readonly comparison?: string;
}

const shortDigest = (digest: string): string => digest.replace(/^(sha256:.{12}).*/, "$1");

/** "98.1 % less, 52x". */
export function saving(before: number, after: number): string {
  const percent = (1 - after / before) * 100;
  const factor = before / after;
  return `${percent.toFixed(1)} % less, ${factor.toFixed(factor < 10 ? 1 : 0)}x`;
}

export function comparison({ simple, comparison: surface, ...multiStage }: Outputs): string {
  const row = (way: string, { digest, size, unpackedSize }: Image) => [
    way,
    shortDigest(digest),
    humanSize(size),
    humanSize(unpackedSize),
  ];
  const saved = [saving(simple.size, multiStage.size), saving(simple.unpackedSize, multiStage.unpackedSize)];
  const sizes = table([
    ["way", "digest", "size", "unpacked size"],
    row("simple", simple),
    row("multi-stage", multiStage),
    ["saving", "", ...saved],
  ]);
  return surface === undefined ? sizes : `${sizes}\n\n${surface}`;
}

/** The outputs as the stack gives them, or the name of what is missing. */
export function readOutputs(json: string): Outputs {
  const value = JSON.parse(json) as Partial<Outputs>;
  const complete = (image: Partial<Image> | undefined) =>
    Boolean(image?.digest && image.ref && image.size && image.unpackedSize);
  if (!complete(value) || !complete(value.simple)) {
    throw new Error(
      `the stack lacks outputs (digest, ref, size, unpackedSize, and the same in simple): ${json}`,
    );
  }
  return value as Outputs;
}
