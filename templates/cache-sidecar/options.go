package main

import (
	"log/slog"
	"math"
	"net/url"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
	"example.com/templates/cache-sidecar/internal/sidecar"
	"example.com/templates/cache-sidecar/internal/table"
	"example.com/templates/internal/awsjson"
)

// The caches to choose from.
const (
	memory  = "memory"
	redis   = "redis"
	momento = "momento"
)

// mostBytes is the memory of the largest function that there can be.
const mostBytes = 10 << 30

// options is all that the environment decides.
type options struct {
	// name is the file's own name, under which Lambda expects the extension to register.
	name       string
	runtimeAPI string
	level      slog.Level
	// port is the one on localhost that the function asks.
	port  int
	table table.Config
	ttl   sidecar.TTL
	// backend is memory, redis or momento.
	backend string
	// maxBytes bounds the cache in memory.
	maxBytes int
	// cacheTimeout bounds one call of a cache elsewhere.
	cacheTimeout time.Duration
	redisURL     *url.URL
	momento      cache.MomentoConfig
}

// optionsFromEnv reads them. An error comes with options that are good enough to report it.
func optionsFromEnv(name string, getenv func(string) string) (options, error) {
	env := environment{getenv: getenv}
	o := options{
		name:       name,
		runtimeAPI: getenv("AWS_LAMBDA_RUNTIME_API"),
		level:      levelOf(getenv("LOG_LEVEL")),
		port:       env.number("CACHE_PORT", 4000, math.MaxUint16),
		table: table.Config{
			Name:    env.text("TABLE_NAME", "CacheSample"),
			Key:     env.text("TABLE_KEY", "id"),
			Timeout: env.duration("TABLE_TIMEOUT", 2*time.Second, time.Millisecond),
			AWS:     awsjson.ConfigFromEnv(table.DynamoDB, getenv),
		},
		ttl: sidecar.TTL{
			Item:    env.duration("CACHE_TTL", time.Minute, 0),
			Missing: env.duration("CACHE_NEGATIVE_TTL", 5*time.Second, 0),
		},
		backend:      env.choice("CACHE_BACKEND", memory, redis, momento),
		maxBytes:     env.number("CACHE_MAX_BYTES", 32<<20, mostBytes),
		cacheTimeout: env.duration("CACHE_TIMEOUT", 500*time.Millisecond, time.Millisecond),
	}
	switch o.backend {
	case redis:
		o.redisURL = env.redisURL("REDIS_URL")
	case momento:
		o.momento = cache.MomentoConfig{
			Cache:    env.required("MOMENTO_CACHE", "the name of the cache"),
			Endpoint: env.httpURL("MOMENTO_ENDPOINT", "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com"),
			Token:    env.momentoToken(),
		}
	}
	return o, env.err
}
