package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"time"

	"example.com/templates/internal/extension"
	"example.com/templates/runtime-api-proxy/internal/proxy"
)

// margin is what is left of the time to shut down when the extension exits although somebody is still connected.
const margin = 100 * time.Millisecond

// app is the extension: one life of it is one call of run.
type app struct {
	options options
	log     *log.Logger
	client  *extension.Client
	proxy   *proxy.Proxy
}

func newApp(options options, logger *log.Logger) *app {
	warn := func(err error) { logger.Print(err) }
	return &app{
		options: options,
		log:     logger,
		client:  extension.NewClient(options.runtimeAPI, options.name),
		proxy:   proxy.New(options.upstream, newHooks(options.hooks, logger), warn),
	}
}

// run listens, registers, and passes messages until the end of the environment. invalid is what is wrong with the options: it is
// reported once the extension has registered, and not before, because Lambda does not listen before.
func (a *app) run(ctx context.Context, invalid error) error {
	if a.options.runtimeAPI == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by lambda-ext invoke --local")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	listener, err := a.listen(invalid)
	if err == nil {
		defer listener.Close()
		go func() {
			if err := a.proxy.Serve(ctx, listener); err != nil {
				cancel(err)
			}
		}()
	}
	// Lambda starts the runtime once every extension has registered: by then, somebody must be listening. SHUTDOWN alone: registered
	// for INVOKE as well, the extension would be woken by each invocation, for nothing.
	if _, failed := a.client.Register(ctx, extension.Shutdown); failed != nil {
		return failed
	}
	if err != nil {
		// Where the report fails too, there is nobody left to tell.
		_ = a.client.InitError(ctx, "Extension.ListenFailed", err)
		return err
	}
	a.log.Printf("Passing on from %s to %s", listener.Addr(), a.options.upstream)
	event, err := a.wait(ctx)
	if err != nil {
		_ = a.client.ExitError(context.WithoutCancel(ctx), "Extension.ProxyFailed", err)
		return err
	}
	a.log.Printf("SHUTDOWN: %s", event.ShutdownReason)
	_ = listener.Close()
	ctx, stop := context.WithDeadline(ctx, event.Deadline().Add(-margin))
	defer stop()
	a.proxy.Drain(ctx)
	return nil
}

func (a *app) listen(invalid error) (*net.TCPListener, error) {
	if invalid != nil {
		return nil, invalid
	}
	// On loopback alone: nobody else has any business here.
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.options.port})
	if err != nil {
		return nil, fmt.Errorf("%w. Set LRAP_LISTENER_PORT to a port that is free", err)
	}
	return listener, nil
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
	}
}
