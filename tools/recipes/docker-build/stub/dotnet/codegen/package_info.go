// Package codegen stands in for a module whose only part used here is this struct: metadata that the
// provider's schema carries for the .NET SDK generator, which never runs in this build.
package codegen

type CSharpPackageInfo struct {
	PackageReferences    map[string]string `json:"packageReferences,omitempty"`
	RespectSchemaVersion bool              `json:"respectSchemaVersion,omitempty"`
}
