package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
)

func optionsOf(env map[string]string) (options, error) {
	return optionsFromEnv("my-extension", func(name string) string { return env[name] })
}

func TestDefaults(t *testing.T) {
	o, err := optionsOf(nil)
	if err != nil {
		t.Fatal(err)
	}
	if o.port != 4000 || o.backend != memory || o.maxBytes != 32<<20 || o.level != slog.LevelInfo || o.cacheTimeout != 500*time.Millisecond {
		t.Errorf("options = %+v", o)
	}
	if o.table.Name != "CacheSample" || o.table.Key != "id" || o.table.Timeout != 2*time.Second {
		t.Errorf("table = %+v", o.table)
	}
	if o.ttl.Item != time.Minute || o.ttl.Missing != 5*time.Second {
		t.Errorf("ttl = %+v", o.ttl)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"60": time.Minute, "0": 0, "1.5": 1500 * time.Millisecond, "500ms": 500 * time.Millisecond, "1m30s": 90 * time.Second, "0s": 0,
	} {
		if o, err := optionsOf(map[string]string{"CACHE_TTL": text}); err != nil || o.ttl.Item != want {
			t.Errorf("%s is %s, %v; want %s", text, o.ttl.Item, err, want)
		}
	}
}

func TestLevels(t *testing.T) {
	for text, want := range map[string]slog.Level{
		"debug": slog.LevelDebug, "DEBUG": slog.LevelDebug, "Info": slog.LevelInfo, "WARNING": slog.LevelWarn, "warn": slog.LevelWarn,
		"error": slog.LevelError, "CRITICAL": slog.LevelError, "verbose": slog.LevelInfo,
	} {
		if o, err := optionsOf(map[string]string{"LOG_LEVEL": text}); err != nil || o.level != want {
			t.Errorf("%s is %s, %v; want %s", text, o.level, err, want)
		}
	}
}

func TestBackends(t *testing.T) {
	o, err := optionsOf(map[string]string{"CACHE_BACKEND": "redis", "REDIS_URL": "rediss://user:hunter2@cache.example.com/3"})
	if err != nil || o.redisURL.Hostname() != "cache.example.com" {
		t.Errorf("redis: %v, %v", o.redisURL, err)
	}
	env := map[string]string{"CACHE_BACKEND": "momento", "MOMENTO_CACHE": "c", "MOMENTO_ENDPOINT": "http://127.0.0.1:1", "MOMENTO_API_KEY": "key"}
	if o, err = optionsOf(env); err != nil || o.momento.Token != cache.FixedToken("key") || o.momento.Cache != "c" {
		t.Errorf("momento: %+v, %v", o.momento, err)
	}
	env["MOMENTO_API_KEY"], env["MOMENTO_SECRET_ID"] = "", "momento"
	o, err = optionsOf(env)
	if _, ok := o.momento.Token.(*cache.SecretToken); err != nil || !ok {
		t.Errorf("momento with a secret: %+v, %v", o.momento, err)
	}
}

func TestTablesShareACacheWithoutSharingKeys(t *testing.T) {
	prefixes := map[string]string{}
	for _, env := range []map[string]string{
		{},
		{"TABLE_NAME": "Orders"},
		{"TABLE_KEY": "number"},
		{"AWS_REGION": "eu-west-1"},
	} {
		o, err := optionsOf(env)
		if err != nil {
			t.Fatal(err)
		}
		prefix := prefixOf(o.table)
		if other, taken := prefixes[prefix]; taken {
			t.Errorf("%v and %s share %s", env, other, prefix)
		}
		prefixes[prefix] = fmt.Sprint(env)
	}
}

func TestVariablesThatMakeNoSense(t *testing.T) {
	momentoWith := func(name, value string) map[string]string {
		env := map[string]string{"CACHE_BACKEND": "momento", "MOMENTO_CACHE": "c", "MOMENTO_ENDPOINT": "https://momento.example.com", "MOMENTO_API_KEY": "key"}
		env[name] = value
		return env
	}
	redisAt := func(url string) map[string]string {
		return map[string]string{"CACHE_BACKEND": "redis", "REDIS_URL": url}
	}
	tests := map[string]struct {
		env  map[string]string
		want string
	}{
		"a port in words":        {map[string]string{"CACHE_PORT": "http"}, `CACHE_PORT is "http". Set it to a whole number between 1 and 65535`},
		"no port":                {map[string]string{"CACHE_PORT": "0"}, `CACHE_PORT is "0"`},
		"a port beyond":          {map[string]string{"CACHE_PORT": "65536"}, `CACHE_PORT is "65536"`},
		"no bytes":               {map[string]string{"CACHE_MAX_BYTES": "-1"}, `CACHE_MAX_BYTES is "-1"`},
		"bytes beyond":           {map[string]string{"CACHE_MAX_BYTES": "10737418241"}, `CACHE_MAX_BYTES is "10737418241". Set it to a whole number between 1 and 10737418240`},
		"a duration in words":    {map[string]string{"CACHE_TTL": "soon"}, `CACHE_TTL is "soon". Set it to seconds, or to a duration like 500ms or 5m, of at least 0s`},
		"a duration before zero": {map[string]string{"CACHE_NEGATIVE_TTL": "-1s"}, `CACHE_NEGATIVE_TTL is "-1s"`},
		"a duration of NaN":      {map[string]string{"CACHE_TTL": "NaN"}, `CACHE_TTL is "NaN"`},
		"a duration for ever":    {map[string]string{"CACHE_TTL": "Inf"}, `CACHE_TTL is "Inf"`},
		"no time for the table":  {map[string]string{"TABLE_TIMEOUT": "0"}, `TABLE_TIMEOUT is "0"`},
		"no time for the cache":  {map[string]string{"CACHE_TIMEOUT": "0"}, `CACHE_TIMEOUT is "0"`},
		"another cache":          {map[string]string{"CACHE_BACKEND": "memcached"}, `CACHE_BACKEND is "memcached". Set it to memory, redis or momento`},
		"no Redis":               {redisAt(""), "REDIS_URL is not set. Set it to a URL like rediss://"},
		"Redis over HTTP":        {redisAt("http://:hunter2@h"), "REDIS_URL: it begins with neither redis:// nor rediss://. Set it to one like"},
		"Redis nowhere":          {redisAt("redis://:hunter2@"), "REDIS_URL: it names no host"},
		"Redis in a folder":      {redisAt("redis://:hunter2@h/cache"), "REDIS_URL: its path is not the number of a database"},
		"Redis with a bad port":  {redisAt("redis://:hunter2@h:port"), "REDIS_URL: it is no URL"},
		"no cache at Momento":    {momentoWith("MOMENTO_CACHE", ""), "MOMENTO_CACHE is not set"},
		"no endpoint of Momento": {momentoWith("MOMENTO_ENDPOINT", ""), "MOMENTO_ENDPOINT is not set"},
		"a host for Momento":     {momentoWith("MOMENTO_ENDPOINT", "momento.example.com"), "MOMENTO_ENDPOINT is no URL of HTTP"},
		"no token for Momento":   {momentoWith("MOMENTO_API_KEY", ""), "neither MOMENTO_API_KEY nor MOMENTO_SECRET_ID is set"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := optionsOf(test.env)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("error = %v, want %s", err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret in %v", err)
			}
		})
	}
}
