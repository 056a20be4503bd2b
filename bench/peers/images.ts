/** goimage, and the same service through the two docker providers with a Dockerfile written by hand. */
import { posix } from "node:path";
import type { Engine } from "../daemons";
import type { Peer, Service, Site } from "../model";
import { inLanguage, type Language, pulumiPeer } from "./pulumi";

const json = JSON.stringify;

/** Directory of a service, as the Pulumi program names it. */
export const sourceOf = ({ directory }: Service): string => posix.join("src", directory);

interface GoimageOptions {
  language?: Language;
  /** More inputs, as the text of an object's fields. */
  inputs?: (site: Site) => string;
  name?: string;
}

export function goimage(engine: Engine, { language, inputs, name }: GoimageOptions = {}): Peer {
  return pulumiPeer({
    name: name ?? `goimage ${engine}${inLanguage(language)}`,
    needs: [engine],
    language,
    program: (site) => `import { GoMultiStageImage } from "goimage";

const services = ${json(site.services.map((service) => [service.name, sourceOf(service), site.repository(service)]))};
const images = services.map(
  ([name, source, repository]) =>
    new GoMultiStageImage(name, {
      source,
      repository,
      engine: "${engine}",${engine === "buildkit" ? `\n      builder: ${json(site.lab.toolchain.builder)},` : ""}
      ${inputs?.(site) ?? ""}
    }),
);

export const digests = images.map((image) => image.digest);
export const sizes = images.map((image) => image.size);
`,
  });
}

type DockerfileKind = "original" | "tuned";

/** The original two stages, and what somebody makes of them who knows BuildKit; same flags as goimage's. */
function dockerfile(kind: DockerfileKind, site: Site, { directory }: Service): string {
  if (kind === "original")
    return `FROM golang:1.23 AS build
WORKDIR /build
COPY . .
RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o main ./${directory}

FROM ${site.base} AS app
WORKDIR /app
COPY --from=build /build/main .
CMD ["./main"]
`;
  const download =
    directory === "."
      ? `COPY go.mod go.sum* ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
`
      : "";
  return `FROM golang:1.23 AS build
WORKDIR /src
ENV CGO_ENABLED=0
${download}COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\
    go build -trimpath -buildvcs=false -ldflags="-s -w" -o /out/main ./${directory}

FROM ${site.base} AS app
COPY --from=build /out/main /app/main
USER 65532:65532
ENTRYPOINT ["/app/main"]
`;
}

const dockerfileName = ({ name }: Service): string => `Dockerfile.${name}`;

interface DockerfileOptions {
  /** Asks for newer base images on each build. */
  pull?: boolean;
  /** Repository of a cache that is read and written, with all layers (mode=max). docker-build alone. */
  cache?: (site: Site) => string;
}

/** A Dockerfile through docker.Image (engine docker) or docker-build's Image (engine buildkit). */
export function viaDockerfile(
  kind: DockerfileKind,
  engine: Engine,
  { pull, cache }: DockerfileOptions = {},
): Peer {
  const provider = engine === "docker" ? "docker.Image" : "docker-build";
  return pulumiPeer({
    name: `${kind} Dockerfile, ${provider}${cache ? ", cacheTo mode=max" : ""}`,
    needs: [engine],
    files: (site) =>
      Object.fromEntries(
        site.services.map((service) => [dockerfileName(service), dockerfile(kind, site, service)]),
      ),
    program: (site) => {
      const services = site.services.map((service) => [
        service.name,
        dockerfileName(service),
        `${site.repository(service)}:latest`,
      ]);
      return engine === "docker"
        ? dockerProgram(services)
        : dockerBuildProgram(services, site.lab.toolchain.builder, { pull, cache: cache?.(site) });
    },
  });
}

const dockerProgram = (services: string[][]): string => `import * as docker from "@pulumi/docker";

const services = ${json(services)};
const images = services.map(
  ([name, dockerfile, imageName]) =>
    new docker.Image(name, {
      imageName,
      build: { context: "src", dockerfile, platform: "linux/amd64", builderVersion: "BuilderBuildKit" },
    }),
);

export const digests = images.map((image) => image.repoDigest);
`;

const dockerBuildProgram = (
  services: string[][],
  builder: string,
  { pull = false, cache }: { pull?: boolean | undefined; cache?: string | undefined },
): string =>
  `import * as dockerBuild from "@pulumi/docker-build";

const services = ${json(services)};
const images = services.map(
  ([name, location, tag]) =>
    new dockerBuild.Image(name, {
      context: { location: "src" },
      dockerfile: { location },
      platforms: ["linux/amd64"],
      tags: [tag],
      push: true,
      pull: ${pull},
      buildOnPreview: false,
      builder: { name: ${json(builder)} },${
        cache === undefined
          ? ""
          : `
      cacheFrom: [{ registry: { ref: \`${cache}:\${name}\` } }],
      cacheTo: [{ registry: { ref: \`${cache}:\${name}\`, mode: dockerBuild.CacheMode.Max, imageManifest: true, ociMediaTypes: true } }],`
      }
    }),
);

export const digests = images.map((image) => image.digest);
`;
