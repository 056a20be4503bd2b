// What is kept of an image while it is read: names of files. The bound is one for all of its layers together, since what a report
// says of all of them is in memory at a time.
import { limits } from "../../limits";

export class ImageBudget {
  private entries = 0;
  private pathsBytes = 0;

  constructor(
    private readonly most: { entries: number; pathsBytes: number } = {
      entries: limits.image.entries,
      pathsBytes: limits.image.pathsBytes,
    },
  ) {}

  /** Counts one more entry, with the bytes of its path. */
  add(pathBytes: number): void {
    this.entries++;
    this.pathsBytes += pathBytes;
    if (this.entries > this.most.entries)
      throw new Error(`with this layer the image has more than ${this.most.entries} entries`);
    if (this.pathsBytes > this.most.pathsBytes)
      throw new Error(
        `with this layer the image's paths have more than ${this.most.pathsBytes} bytes together`,
      );
  }

  /** For a layer that is read again. */
  giveBack(entries: number, pathsBytes: number): void {
    this.entries -= entries;
    this.pathsBytes -= pathsBytes;
  }
}
