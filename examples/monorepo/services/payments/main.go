// Command payments tells what was paid.
package main

import (
	"fmt"
	"log"
	"net/http"

	"example.com/shared/money"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "paid:", money.Format(1999))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
