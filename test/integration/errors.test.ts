// What a user reads when something is wrong that is not goimage's fault: each error once, its message alone, in every language.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { engineFields, engines, missingEngine, skipWithReason } from "./support/project/environment";
import { LanguageProject, missingLanguage, npmPlugin, type Language } from "./support/languages/languages";
import { Project } from "./support/project/project";

const upNow = ["up", "--yes", "--skip-preview"];
const broken = "package main\n\nfunc main() { undefined_() }\n";

interface Mistake {
  name: string;
  /** The last one changes the service's main.go. */
  input?: "source" | "maxSize";
  /** What the user must read, once. */
  message: RegExp;
  /** False: nothing uses the image, so that it fails after the program's end. */
  isUsed?: boolean;
}

const mistakes: Mistake[] = [
  { name: "a mistake in an input", input: "source", message: /source: "nowhere" does not exist/g },
  { name: "a limit that is exceeded", input: "maxSize", message: /the image has .* more than maxSize/g },
  { name: "a build that fails", message: /error: the build failed:/g },
];

async function readsOnce(project: Project, { message }: Mistake): Promise<void> {
  const { code, output } = await project.pulumi(upNow);
  assert.notEqual(code, 0, output);
  // Pulumi shows the first line of an error in its progress too.
  const [, diagnostics = ""] = output.split(/^Diagnostics:$/m);
  assert.equal(diagnostics.match(message)?.length, 1, output);
  const frames = diagnostics.split("\n").filter((line) => /^\s+at .*\(/.test(line));
  assert.deepEqual(frames, []);
}

describe("an error that a user can fix is shown once, without a stack trace", function () {
  this.timeout(600_000);

  const late = mistakes.map((mistake) => ({ ...mistake, isUsed: false }));
  for (const mistake of [...mistakes, ...late]) {
    const { isUsed = true } = mistake;
    it(`in TypeScript: ${mistake.name}${isUsed ? "" : ", of an image that nothing uses"}`, async () => {
      const fields = {
        source: mistake.input === "source" ? "nowhere" : "hello",
        ...(mistake.input === "maxSize" && { maxSize: 1000 }),
      };
      const project = new Project(
        (repository) => `
const pulumi = require("@pulumi/pulumi");
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  ...${JSON.stringify(fields)}, repository: "${repository}", ${engineFields(engines[0] ?? "")}
});
// Each of these would fail with the image, and without them it fails after the program's end.
if (${isUsed}) Object.assign(exports, { ref: image.ref, digests: [image.digest] });
if (${isUsed}) new pulumi.Stash("kept", { input: { of: [image.size.apply((size) => size + 1)] } });
`,
        inHello({ ...helloFiles, ...(mistake.input === undefined && { "main.go": broken }) }),
      );
      await readsOnce(project, mistake);
    });
  }

  const edits: Record<Exclude<Language, "typescript-sdk">, (maxSize: string, text: string) => string> = {
    yaml: (size, text) => text.replace(/(\n\s+)builder: .*/, `$&$1maxSize: ${size}`),
    python: (size, text) => text.replace(/builder="[^"]*",/, `$& max_size="${size}",`),
    go: (size, text) => text.replace(/Builder: +pulumi\.StringRef\(.*\),/, `$& MaxSize: "${size}",`),
  };
  const programs = { yaml: "Pulumi.yaml", python: "__main__.py", go: "main.go" };

  for (const language of ["yaml", "python", "go"] as const) {
    it(`in ${language}, for each kind of error`, async function () {
      const reason = missingEngine("buildkit") ?? missingLanguage(language);
      if (reason !== undefined) skipWithReason(this, reason);
      const project = new LanguageProject(language, await npmPlugin());
      await project.prepare();
      const file = programs[language];
      const program = project.read(file);
      const service = project.read("service/main.go");
      for (const mistake of mistakes) {
        const text =
          mistake.input === "source"
            ? program.replace(/(source\W+)service/i, "$1nowhere")
            : mistake.input === "maxSize"
              ? edits[language]("1kB", program)
              : program;
        assert.equal(text === program, mistake.input === undefined);
        project.write({ [file]: text, "service/main.go": mistake.input === undefined ? broken : service });
        await readsOnce(project, mistake);
      }
    });
  }
});
