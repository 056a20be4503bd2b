import assert from "node:assert/strict";
import { needsTimezones, timezoneWarning } from "../../components/inputs";
import { examplePlan } from "../support/plan";

const rome = { env: { TZ: "Europe/Rome" } };

function warning(runtime: object, build: object = {}, embedded = false): string | undefined {
  return timezoneWarning(examplePlan({ runtime, build }).spec, () => embedded);
}

describe("a time zone in the environment", () => {
  it("causes a warning when the image has no time zone database", () => {
    const words =
      /^runtime\.env\.TZ is "Europe\/Rome", but the image has no time zone database, .*; set runtime\.timezones/;
    assert.match(warning(rome) ?? "", words);
    for (const image of ["scratch", "alpine", "docker.io/library/alpine:3.20", "alpine@sha256:0123"])
      assert.match(warning({ ...rome, image }) ?? "", words);
    assert.ok(warning({ env: { TZ: ":America/New_York" } }));
  });

  it("needs no database when it is UTC, a file or empty", () => {
    for (const TZ of ["", "UTC", ":UTC", "Etc/UTC", "GMT", "/etc/localtime", ":/app/zone"])
      assert.equal(warning({ env: { TZ } }), undefined, TZ);
    assert.equal(warning({}), undefined);
    assert.equal(needsTimezones({ timezones: true, env: {} }), true);
  });

  it("causes no warning when the program, the packages or the base may bring a database", () => {
    assert.equal(warning({ ...rome, timezones: true }), undefined);
    assert.equal(warning({ ...rome, packages: ["tzdata=2024b-r0"] }), undefined);
    for (const image of ["debian:bookworm", "registry.example.com/alpine", "node:22-alpine", "alpine/git"])
      assert.equal(warning({ ...rome, image }), undefined, image);
    assert.equal(warning(rome, { buildTags: ["timetzdata"] }), undefined);
    assert.equal(warning(rome, { env: { GOFLAGS: "-tags=timetzdata" } }), undefined);
    assert.equal(warning(rome, {}, true), undefined);
  });
});
