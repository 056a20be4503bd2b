// The original Dockerfile.

import type { Dockerfile } from "./dockerfile";

export const classicBases: readonly string[] = ["golang:1.23", "alpine:3.20.3"];

/** The original two stages, to the byte. */
export const classic: Dockerfile = {
  text: `FROM golang:1.23 AS build
WORKDIR /build
COPY . .
RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o main .

FROM alpine:3.20.3 AS app
WORKDIR /app
COPY --from=build /build/main .
CMD ["./main"]
`,
  layers: [
    { createdBy: "WORKDIR /app", origin: "files" },
    { createdBy: "COPY /build/main .", origin: "binary" },
  ],
  isHardened: false,
};
