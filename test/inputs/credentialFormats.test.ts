import assert from "node:assert/strict";
import { credentialIn } from "../../components/inputs/misplacedSecrets";
import { assertLinearText } from "../support/linear";

const a = (count: number) => "aB3".repeat(count).slice(0, count);
const hex = (count: number) => "0a1b".repeat(count).slice(0, count);

// Put together here, so that no scanner takes this file for a leak.
const credentials: Record<string, string[]> = {
  "a private key": ["-----BEGIN " + "EC PRIVATE KEY-----", "-----BEGIN " + "PRIVATE KEY-----"],
  "an age key": ["AGE-SECRET-" + `KEY-1${"A7".repeat(29)}`],
  "an AWS access key": ["AK" + "IA" + "A1B2".repeat(4)],
  "an Azure storage key": ["DefaultEndpointsProtocol=https;Account" + `Key=${a(86)}==;`],
  "a GitHub token": ["gh" + `p_${a(36)}`, "github" + `_pat_${a(22)}_x`],
  "a GitLab token": ["gl" + `pat-${a(20)}`, "gl" + `rt-${a(20)}`],
  "a Google API key": ["AI" + `za${a(35)}`],
  "a Google OAuth secret": ["ya" + `29.${a(40)}`, "GOC" + `SPX-${a(28)}`],
  "a Docker token": ["dckr" + `_pat_${a(27)}`, "dckr" + `_oat_${a(32)}`],
  "a DigitalOcean token": ["dop" + `_v1_${hex(64)}`],
  "a Vault token": ["hv" + `s.${a(24)}`, "hv" + `b.${a(100)}`],
  "an npm token": ["//registry.example.com/:_authToken=np" + `m_${a(36)}`],
  "a Pulumi token": ["pu" + `l-${hex(40)}`],
  "a PyPI token": ["py" + `pi-AgEI${a(60)}`],
  "an API key of a language model": ["sk-" + `ant-api03-${a(40)}`, "sk-" + `proj-${a(40)}`],
  "a SendGrid key": ["S" + `G.${a(22)}.${a(43)}`],
  "a Slack token": ["xo" + `xb-${a(12)}`, "xa" + `pp-1-${a(12)}`],
  "a Slack webhook": ["https://hooks.slack" + `.com/services/T${a(8)}/B${a(8)}/${a(24)}`],
  "a Stripe key": ["sk" + `_live_${a(24)}`, "rk" + `_test_${a(16)}`, "wh" + `sec_${a(32)}`],
  "a Terraform token": [`${a(14)}.atlas` + `v1.${a(67)}`],
  "a JWT": ["ey" + `J${a(20)}.ey` + `J${a(40)}.${a(43)}`],
};

const ordinary = [
  "1.2.3-rc.1+build.5",
  "sha256:" + hex(64),
  "registry.example.com/team/api@sha256:" + hex(64),
  "-X main.version=v1.4.0 -X main.commit=" + hex(40),
  "https://example.com/services/TEAM/BOARD",
  "sk_live, ghp_ and npm_ are prefixes",
  "news.example.com",
  "SG.example.com",
  "eyJ is how JSON begins in base64",
  "-----BEGIN CERTIFICATE-----",
  "/usr/local/bin:/usr/bin",
  "postgres://db.internal:5432/app?sslmode=require",
  "npm_config_registry=https://registry.example.com",
];

describe("the detection of credentials", () => {
  for (const [kind, texts] of Object.entries(credentials)) {
    it(`finds ${kind}`, () => {
      for (const text of texts) {
        assert.equal(credentialIn(text), kind, text);
        assert.equal(credentialIn(`TOKEN=${text} and more`), kind, text);
      }
    });
  }

  it("does not report ordinary texts", () => {
    for (const text of ordinary) assert.equal(credentialIn(text), undefined, text);
  });

  it("takes linear time for texts that nearly match", () => {
    for (const piece of [
      "eyJ",
      "eyJa.eyJ",
      "ghp_",
      "a",
      "AccountKey=",
      "hooks.slack.com/services/T",
      "SG.",
      "-----BEGIN ",
    ])
      assertLinearText((text) => assert.equal(credentialIn(text), undefined, piece), piece, 2_000_000);
  }).timeout(0);
});
