import assert from "node:assert/strict";
import { surfaceOf } from "../../components/report/surface";

describe("report/surface", () => {
  const none = { certificates: false, timezones: false };
  const base = { files: 80, executables: 20, setuidFiles: [], shells: ["/bin/sh"], packages: 14, ...none };
  const packages = {
    files: 9,
    executables: 1,
    setuidFiles: ["/bin/su"],
    shells: ["/bin/sh"],
    packages: 16,
    ...none,
  };
  const binary = { files: 1, executables: 1, setuidFiles: [], shells: [], ...none };

  it("counts the packages of the topmost database", () => {
    assert.deepEqual(surfaceOf([base, packages, binary].map((contents) => ({ contents }))), {
      ...{ files: 90, executables: 22, setuidFiles: 1, shells: 1, osPackages: 16 },
    });
    assert.equal(surfaceOf([{ contents: binary }]).osPackages, 0);
  });

  it("counts a file once even if it is setuid, has capabilities and is in several layers", () => {
    const capable = { ...packages, capabilityFiles: ["/bin/su", "/bin/ping"] };
    assert.equal(surfaceOf([packages, capable].map((contents) => ({ contents }))).setuidFiles, 2);
  });
});
