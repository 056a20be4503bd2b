// A Go service as an image, from Go.
package main

import (
	"example.com/pulumi-goimage/sdk/go/goimage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		api, err := goimage.NewGoMultiStageImage(ctx, "api", &goimage.GoMultiStageImageArgs{
			Source:     "../quickstart/service",
			Repository: pulumi.String("registry.example.com/team/api"),
			Build: &goimage.BuildStageArgs{
				Ldflags: []string{"-X main.version=1.0.0"},
			},
			Runtime: &goimage.RuntimeStageArgs{
				ExposedPorts: []string{"8080"},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("digest", api.Digest)
		ctx.Export("ref", api.Ref)
		ctx.Export("size", api.Size)
		return nil
	})
}
