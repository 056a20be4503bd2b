// Command proxy passes requests on to UPSTREAM. Each request has a connection of its own, so that it goes to a container that
// accepts it.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

// dial looks the name up again after a failure: the container that it led to may just have gone.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: time.Second}
	for attempt := 1; ; attempt++ {
		conn, err := dialer.DialContext(ctx, network, address)
		if err == nil || attempt == 5 {
			return conn, err
		}
	}
}

// retrying asks again where asking twice does no harm. A container that stops closes its door while requests stand before it:
// their connections are open, and nobody answers.
type retrying struct{ http.RoundTripper }

func (t retrying) RoundTrip(request *http.Request) (*http.Response, error) {
	isSafe := request.Method == http.MethodGet || request.Method == http.MethodHead
	for attempt := 1; ; attempt++ {
		response, err := t.RoundTripper.RoundTrip(request)
		if err == nil || attempt == 5 || !isSafe || request.Context().Err() != nil {
			return response, err
		}
	}
}

func main() {
	upstream, err := url.Parse(os.Getenv("UPSTREAM"))
	if err != nil || upstream.Host == "" {
		log.Fatalf("UPSTREAM is not a URL: %q", os.Getenv("UPSTREAM"))
	}
	proxy := httputil.NewSingleHostReverseProxy(upstream)
	proxy.Transport = retrying{&http.Transport{
		DialContext:           dial,
		DisableKeepAlives:     true,
		ResponseHeaderTimeout: 10 * time.Second,
	}}
	server := &http.Server{Addr: ":8080", Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
