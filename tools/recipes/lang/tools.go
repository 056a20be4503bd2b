//go:build tools

// Package tools pins the programs that the set-up builds from this module.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
