// Command quickstart is a small HTTP service: JSON on /, a liveness probe on /healthz,
// structured logs on standard output, and an orderly end on SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/rs/zerolog"

	"example.com/quickstart/internal/greeting"
)

// version is set with -ldflags "-X main.version=...".
var version = "dev"

type answer struct {
	Message string `json:"message"`
	Version string `json:"version"`
	Go      string `json:"go"`
	Arch    string `json:"arch"`
	UID     int    `json:"uid"`
}

func routes() http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/", func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer{
			Message: greeting.For(req.URL.Query().Get("name")),
			Version: version,
			Go:      runtime.Version(),
			Arch:    runtime.GOARCH,
			UID:     os.Getuid(),
		})
	})
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	return r
}

func main() {
	log := zerolog.New(os.Stdout).With().Timestamp().Logger()
	address := os.Getenv("ADDRESS")
	if address == "" {
		address = ":8080"
	}
	server := &http.Server{Addr: address, Handler: routes(), ReadHeaderTimeout: 5 * time.Second}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
	}()

	log.Info().Str("address", address).Str("version", version).Int("uid", os.Getuid()).Msg("listening")
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal().Err(err).Msg("cannot serve")
	}
	log.Info().Msg("stopped")
}
