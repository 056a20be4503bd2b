package main

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.26.0"
)

// startTelemetry sets the global providers and returns what ends them.
func startTelemetry(ctx context.Context) (func(context.Context) error, error) {
	spans, err := otlptracegrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	scraped, err := prometheus.New()
	if err != nil {
		return nil, err
	}
	pushed, err := otlpmetricgrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	what := resource.NewWithAttributes(semconv.SchemaURL, semconv.ServiceName("telemetry"), semconv.ServiceVersion(version))
	tracers := trace.NewTracerProvider(trace.WithBatcher(spans), trace.WithResource(what))
	meters := metric.NewMeterProvider(
		metric.WithReader(scraped),
		metric.WithReader(metric.NewPeriodicReader(pushed)),
		metric.WithResource(what),
	)
	otel.SetTracerProvider(tracers)
	otel.SetMeterProvider(meters)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	return func(ctx context.Context) error { return errors.Join(tracers.Shutdown(ctx), meters.Shutdown(ctx)) }, nil
}

// newCache connects on first use.
func newCache(address string) *redis.Client {
	return redis.NewClient(&redis.Options{Addr: address, ClientName: "telemetry " + version})
}
