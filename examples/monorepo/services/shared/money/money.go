// Package money writes amounts.
package money

import "fmt"

// Format writes cents in the way that customers read them.
func Format(cents int64) string {
	return fmt.Sprintf("%d.%02d EUR", cents/100, cents%100)
}
