package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
	"example.com/templates/cache-sidecar/internal/sidecar"
	"example.com/templates/cache-sidecar/internal/table"
	"example.com/templates/internal/extension"
)

// margin is what is left of the time to shut down when the extension exits although somebody is still being answered.
const margin = 100 * time.Millisecond

// app is the extension: one life of it is one call of run.
type app struct {
	options options
	log     *slog.Logger
	client  *extension.Client
}

func newApp(options options, logger *slog.Logger) *app {
	return &app{options: options, log: logger, client: extension.NewClient(options.runtimeAPI, options.name)}
}

// run listens, registers, and answers until the end of the environment. invalid is what is wrong with the options: it is reported once
// the extension has registered, and not before, because Lambda does not listen before.
func (a *app) run(ctx context.Context, invalid error) error {
	if a.options.runtimeAPI == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by lambda-ext invoke --local")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	server, err := a.start(invalid, cancel)
	if err == nil {
		defer server.Close()
	}
	// Lambda starts the runtime once every extension has registered: by then, somebody must be listening.
	if _, failed := a.client.Register(ctx, extension.Invoke, extension.Shutdown); failed != nil {
		return failed
	}
	if err != nil {
		// Where the report fails too, there is nobody left to tell.
		_ = a.client.InitError(ctx, "Extension.StartFailed", err)
		return err
	}
	a.log.Info("listening", "address", "http://localhost:"+strconv.Itoa(a.options.port), "table", a.options.table.Name, "cache", a.options.backend)
	event, err := a.wait(ctx)
	if err != nil {
		_ = a.client.ExitError(context.WithoutCancel(ctx), "Extension.SidecarFailed", err)
		return err
	}
	a.log.Info("SHUTDOWN", "reason", event.ShutdownReason)
	ctx, stop := context.WithDeadline(ctx, event.Deadline().Add(-margin))
	defer stop()
	// Who is still being answered when the time is up gets no answer: the environment ends with its function.
	_ = server.Shutdown(ctx)
	return nil
}

// start serves in the background; fail is called where that comes to an end by itself.
func (a *app) start(invalid error, fail context.CancelCauseFunc) (*http.Server, error) {
	if invalid != nil {
		return nil, invalid
	}
	listeners, err := listen(a.options.port)
	if err != nil {
		return nil, err
	}
	server := newServer(sidecar.NewHandler(a.newReader(), a.log), a.log)
	for _, listener := range listeners {
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("serve on %s: %w", listener.Addr(), err))
			}
		}()
	}
	return server, nil
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler,
		// Connections that the function keeps have no time-out: all of them would be overdue when a frozen environment wakes, and be
		// closed under the function's next request.
		ReadHeaderTimeout: 10 * time.Second,
		// Room for the longest key, every byte of it percent-encoded.
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func (a *app) newReader() *sidecar.Reader {
	return sidecar.NewReader(table.New(a.options.table), a.newCache(), a.options.ttl)
}

func (a *app) newCache() sidecar.Cache {
	o := a.options
	guard := cache.GuardOptions{Prefix: prefixOf(o.table), Timeout: o.cacheTimeout, Log: a.log}
	switch o.backend {
	case redis:
		return cache.NewGuard(cache.NewRedis(o.redisURL), guard)
	case momento:
		// A secret is read while the function starts: its first request has not the time. What goes wrong is told when it is needed.
		go func() { _, _ = o.momento.Token.Get(context.Background()) }()
		return cache.NewGuard(cache.NewMomento(o.momento), guard)
	}
	return cache.NewMemory(o.maxBytes)
}

// prefixOf begins a table's keys in a cache elsewhere, which functions share that have other tables, or one of this name in another region.
func prefixOf(table table.Config) string {
	return strings.Join([]string{"dynamodb", table.AWS.Region, table.Name, table.Key, ""}, "/")
}

// wait returns the event with which the environment is shut down. Its first call of Next is what ends INIT.
func (a *app) wait(ctx context.Context) (extension.Event, error) {
	for {
		event, err := a.client.Next(ctx)
		if cause := context.Cause(ctx); cause != nil {
			return extension.Event{}, cause
		}
		if err != nil || event.Type == extension.Shutdown {
			return event, err
		}
		a.log.Debug("INVOKE", "requestId", event.RequestID)
	}
}

// listen takes the port on loopback alone: nobody else has any business here. localhost is 127.0.0.1 to some clients and ::1 to others,
// which not every machine has.
func listen(port int) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, host := range []string{"127.0.0.1", "::1"} {
		listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			listeners = append(listeners, listener)
			continue
		}
		if host == "::1" && !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		for _, listener := range listeners {
			_ = listener.Close()
		}
		return nil, fmt.Errorf("%w. Set CACHE_PORT to a port that is free", err)
	}
	return listeners, nil
}
