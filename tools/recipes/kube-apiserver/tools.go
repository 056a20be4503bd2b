//go:build tools

// Package tools pins the programs that the set-up builds from this module.
package tools

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
