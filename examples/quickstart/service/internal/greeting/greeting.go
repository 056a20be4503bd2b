// Package greeting words the service's answer.
package greeting

import "strings"

// For greets name, or everybody when it is empty.
func For(name string) string {
	if name = strings.TrimSpace(name); name == "" {
		name = "gopher"
	}
	return "Hello, " + name + "!"
}
