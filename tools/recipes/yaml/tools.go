//go:build tools

// Package tools pins the programs that the set-up builds from this module.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
