"""A Go service as an image, from Python."""

import pulumi
import pulumi_goimage as goimage

api = goimage.GoMultiStageImage(
    "api",
    source="../quickstart/service",
    repository="registry.example.com/team/api",
    build=goimage.BuildStageArgs(ldflags=["-X main.version=1.0.0"]),
    runtime=goimage.RuntimeStageArgs(exposed_ports=["8080"]),
)

pulumi.export("digest", api.digest)
pulumi.export("ref", api.ref)
pulumi.export("size", api.size)
