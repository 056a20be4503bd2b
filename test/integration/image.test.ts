// The pushed image itself: what it holds, and how it runs under the restrictions of a careful operator.

import assert from "node:assert/strict";
import type { ImageCheck, ImageLayer } from "../../components/outputs";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { docker } from "./support/images/images";
import { Project } from "./support/project/project";

// Says what it sees of its container, or with an argument runs until it is stopped.
const main = `package main

import (
	"crypto/x509"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Println("running as", os.Getpid())
		time.Sleep(time.Hour)
	}
	pool, _ := x509.SystemCertPool()
	_, zone := time.LoadLocation("Europe/Rome")
	written := os.WriteFile("/tmp/x", nil, 0o644)
	status, _ := os.ReadFile("/proc/self/status")
	own, _ := elf.Open("/proc/self/exe")
	interpreter := false
	for _, header := range own.Progs {
		interpreter = interpreter || header.Type == elf.PT_INTERP
	}
	seen := map[string]any{
		"uid": os.Getuid(), "gid": os.Getgid(), "roots": pool != nil && !pool.Equal(x509.NewCertPool()),
		"zone": zone == nil, "local": time.Unix(0, 0).Format("15:04"), "readOnly": written != nil, "interpreter": interpreter,
	}
	for _, line := range strings.Split(string(status), "\\n") {
		if name, value, _ := strings.Cut(line, ":\\t"); name == "CapPrm" || name == "CapBnd" || name == "NoNewPrivs" {
			seen[name] = value
		}
	}
	json.NewEncoder(os.Stdout).Encode(seen)
}
`;

const program = (engine: string) => (repository: string) => `
const { GoMultiStageImage, GoSingleStageImage } = require("goimage");
const common = { source: "hello", repository: "${repository}", ${engineFields(engine)} };
const image = (name, runtime) => new GoMultiStageImage(name, { ...common, tags: [name], runtime });
const images = {
  zoned: image("zoned", { timezones: true }),
  plain: image("plain"),
  empty: image("empty", { image: "scratch" }),
  // A program of its own: without cache mounts its standard library is compiled anew each time.
  single: new GoSingleStageImage("single", { ...common, source: "tiny", tags: ["single"] }),
};
for (const [name, { ref, checks, layers }] of Object.entries(images)) exports[name] = { ref, checks, layers };
`;

interface Image {
  ref: string;
  checks: ImageCheck[];
  layers: ImageLayer[];
}

const careful = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"];

for (const engine of ["docker", "buildkit"]) {
  describe(`pushed image of engine ${engine}`, function () {
    this.timeout(600_000);
    let printed: string;
    let images: Record<"zoned" | "plain" | "empty" | "single", Image>;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      const project = new Project(program(engine), {
        "hello/go.mod": "module example.com/hello\n\ngo 1.23\n",
        "hello/main.go": main,
        "tiny/go.mod": "module example.com/tiny\n\ngo 1.23\n",
        "tiny/main.go": "package main\n\nfunc main() {}\n",
      });
      const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.equal(up.code, 0, up.output);
      printed = up.output;
      images = await project.outputs();
    });

    const verdicts = ({ checks }: Image) =>
      Object.fromEntries(checks.map(({ name, passed }) => [name, passed]));
    const details = ({ checks }: Image) =>
      Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));

    /** Files with the setuid or setgid bit, as find sees them in a container, by path. */
    async function setuidFiles({ ref }: Image): Promise<string[]> {
      await docker("pull", "--quiet", ref);
      const find = ["/", "-xdev", "-type", "f", "-perm", "/6000"];
      const found = await docker("run", "--rm", "--user=0", "--entrypoint=find", ref, ...find);
      return found
        .split("\n")
        .filter((line) => line !== "")
        .sort();
    }

    async function seen({ ref }: Image, ...options: string[]): Promise<Record<string, unknown>> {
      await docker("pull", "--quiet", ref);
      return JSON.parse(await docker("run", "--rm", ...careful, ...options, ref)) as Record<string, unknown>;
    }

    it("runs as its own user, read-only and without privileges, and has root certificates and time zones", async () => {
      const asked = await seen(images.zoned, "--env=TZ=Europe/Rome");
      const found = { readOnly: true, roots: true, interpreter: false, NoNewPrivs: "1" };
      const powers = { CapPrm: "0000000000000000", CapBnd: "0000000000000000" };
      assert.deepEqual(asked, { ...found, ...powers, uid: 65532, gid: 65532, zone: true, local: "01:00" });
      assert.deepEqual(verdicts(images.zoned), {
        ...{
          nonRootUser: true,
          noSetuidFiles: true,
          staticBinary: true,
          certificates: true,
          timezones: true,
        },
      });
    });

    it("runs as any other user", async () => {
      const { uid, gid } = await seen(images.zoned, "--user=4711:4712");
      assert.deepEqual({ uid, gid }, { uid: 4711, gid: 4712 });
    });

    it("has neither time zones nor a check of them unless they are asked for", async () => {
      const { zone, local } = await seen(images.plain, "--env=TZ=Europe/Rome");
      assert.deepEqual({ zone, local }, { zone: false, local: "00:00" });
      assert.ok(!("timezones" in verdicts(images.plain)));
    });

    it("stops at SIGTERM as the container's first process", async () => {
      const container = await docker("run", "--detach", ...careful, images.plain.ref, "run");
      try {
        while (!(await docker("logs", container)).includes("running as 1"))
          await new Promise((resolve) => setTimeout(resolve, 50));
        // Killed it would have 137.
        await docker("stop", "--time=60", container);
        const state = await docker("inspect", "--format={{.State.ExitCode}}", container);
        assert.equal(state, "2");
      } finally {
        await docker("rm", "--force", container);
      }
    });

    it("has no setuid files, and those of GoSingleStageImage are reported", async () => {
      assert.deepEqual(await setuidFiles(images.plain), []);
      const ofGolang = await setuidFiles(images.single);
      assert.ok(ofGolang.includes("/usr/bin/su"), ofGolang.join());
      assert.deepEqual(
        images.single.layers.flatMap(({ contents }) => contents?.setuidFiles ?? []).sort(),
        ofGolang,
      );
      assert.deepEqual(verdicts(images.single), {
        ...{ nonRootUser: true, noSetuidFiles: false, staticBinary: true, certificates: true },
      });
      assert.equal(details(images.single)["noSetuidFiles"], ofGolang.join(", "));
      assert.ok(images.single.layers.some(({ contents }) => contents?.shells.includes("/usr/bin/bash")));
    });

    it("runs on an empty base, with one warning about what the base lacks", async () => {
      const { roots, uid } = await seen(images.empty);
      assert.deepEqual({ roots, uid }, { roots: false, uid: 65532 });
      assert.equal(verdicts(images.empty)["certificates"], false);
      const warnings = printed.match(/the image fails the check .*/g);
      // Pulumi shows what is left of a resource's messages once more in its summary.
      assert.deepEqual(
        [...new Set(warnings)],
        [`the image fails the check certificates: ${details(images.empty)["certificates"]}`],
      );
    });
  });
}
