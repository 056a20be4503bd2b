// What a program's bytes are: how it is linked, and of a Go program which packages take how much. Knows nothing of images.

export type { BinaryBreakdown } from "./breakdown";
export { headLength, isElf, linkage } from "./elf";
export { notTakenApart, takeApart } from "./takeApart";
