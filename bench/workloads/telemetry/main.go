// Command telemetry is a service of ordinary weight: gRPC with health checks and reflection, HTTP with metrics,
// and OpenTelemetry traces and metrics on both.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"github.com/spf13/viper"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
)

// The benchmarks edit this line.
var version = "dev"

func main() {
	if err := command().Execute(); err != nil {
		os.Exit(1)
	}
}

func command() *cobra.Command {
	settings := viper.New()
	settings.SetEnvPrefix("telemetry")
	settings.AutomaticEnv()
	settings.SetDefault("http", ":8080")
	settings.SetDefault("grpc", ":9090")
	settings.SetDefault("redis", "localhost:6379")
	return &cobra.Command{
		Use:     "telemetry",
		Version: version,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			return serve(ctx, settings)
		},
	}
}

func serve(ctx context.Context, settings *viper.Viper) error {
	log, err := zap.NewProduction()
	if err != nil {
		return err
	}
	defer func() { _ = log.Sync() }()
	shutdown, err := startTelemetry(ctx)
	if err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	defer func() {
		if err := shutdown(context.WithoutCancel(ctx)); err != nil {
			slog.Error("shutdown", "error", err)
		}
	}()
	log.Info("starting", zap.String("version", version), zap.String("instance", uuid.NewString()))

	listener, err := net.Listen("tcp", settings.GetString("grpc"))
	if err != nil {
		return err
	}
	cache := newCache(settings.GetString("redis"))
	defer func() { _ = cache.Close() }()
	rpc := rpcServer()
	web := &http.Server{Addr: settings.GetString("http"), Handler: routes(cache), ReadHeaderTimeout: 5 * time.Second}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return rpc.Serve(listener) })
	group.Go(func() error {
		if err := web.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		rpc.GracefulStop()
		return web.Shutdown(context.WithoutCancel(ctx))
	})
	return group.Wait()
}

func rpcServer() *grpc.Server {
	server := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)
	return server
}

func routes(cache *redis.Client) http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Handle("/metrics", promhttp.Handler())
	r.Get("/", func(w http.ResponseWriter, req *http.Request) {
		ctx, span := otel.Tracer("telemetry").Start(req.Context(), "root")
		defer span.End()
		visits, err := cache.Incr(ctx, "visits").Result()
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, version, visits)
	})
	return otelhttp.NewHandler(r, "http")
}
