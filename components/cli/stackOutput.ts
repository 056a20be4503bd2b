// Image references from a Pulumi stack's outputs.
import { execFile } from "node:child_process";
import { cleanLine } from "../text";

/** Asks Pulumi for all outputs of the stack. */
type ReadOutputs = () => Promise<Record<string, unknown>>;

/** What has a slash is a reference; all else names an output, with properties as in `simple.ref` or `images[0]`. */
export async function imageReference(image: string, readOutputs: ReadOutputs): Promise<string> {
  if (image.includes("/")) return image;
  const outputs = await readOutputs();
  const names = image.replace(/\[["']?([^\]"']*)["']?\]/g, ".$1").split(".");
  let value: unknown = outputs;
  for (const name of names) {
    const known = typeof value === "object" && value !== null && Object.hasOwn(value, name);
    if (!known) throw new Error(`the stack has no output ${image}; ${outputNames(outputs)}`);
    value = (value as Record<string, unknown>)[name];
  }
  // A whole component as an output, or an object of its outputs, has its reference in it.
  if (typeof value === "object" && value !== null && "ref" in value) value = value.ref;
  if (value === "[secret]")
    throw new Error(`the output ${image} is a secret; export the image's reference without pulumi.secret`);
  if (typeof value === "string" && value.includes("/")) return value;
  throw new Error(
    `the output ${image} is not an image reference: ${(JSON.stringify(value) ?? "").slice(0, 80)}`,
  );
}

function outputNames(outputs: Record<string, unknown>): string {
  const names = Object.keys(outputs);
  return names.length === 0 ? "it has no outputs at all: run pulumi up" : `it has ${names.join(", ")}`;
}

function parseOutputs(text: string): Record<string, unknown> | undefined {
  try {
    const outputs: unknown = JSON.parse(text);
    return typeof outputs === "object" && outputs !== null ? (outputs as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function pulumiOutputs(
  stack: string | undefined,
  cwd: string | undefined,
): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", "--non-interactive"];
  if (stack !== undefined) args.push("--stack", stack);
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) {
        const outputs = parseOutputs(stdout);
        if (outputs !== undefined) return resolve(outputs);
        return reject(
          new Error(
            "pulumi stack output did not print a JSON object: run it with --json to see what it says",
          ),
        );
      }
      if (error.code === "ENOENT") {
        const where = cwd === undefined ? "" : `, or there is no directory ${cwd}`;
        return reject(
          new Error(`pulumi is not on the PATH${where}: give an image reference with a slash instead`),
        );
      }
      reject(
        new Error(
          `pulumi stack output failed: ${cleanLine(stderr.trim() || error.message, { longest: 1000 })}`,
        ),
      );
    });
  });
}
