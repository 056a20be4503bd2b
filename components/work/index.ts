// When work is done: not before it is asked for, or a few pieces of it at a time.

export { inParallel } from "./inParallel";
export { lazily } from "./lazily";
