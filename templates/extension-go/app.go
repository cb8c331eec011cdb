package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/templates/internal/extension"
)

// app is the extension: one life of it is one call of run.
type app struct {
	log    *log.Logger
	client *extension.Client
	// listen subscribes to what happens beside the events; nil where nobody wants to know.
	listen func(ctx context.Context, extensionID string) (listener, error)
}

// listener is what gets more events until the environment is gone.
type listener interface {
	Drain(ctx context.Context, deadline time.Time)
}

// initialise is where work goes that is to be done before the function gets its first event. An error makes INIT fail, and the function
// with it: where the function can do without the extension, log instead.
func (a *app) initialise(context.Context) error {
	return nil
}

// invoked is called when an invocation begins; it runs beside the function. The invocation lasts until both are done.
func (a *app) invoked(_ context.Context, event extension.Event) {
	a.log.Printf("Invocation %s", event.RequestID)
}

// ended is called when the environment is going to be shut down. What is not done by the context's deadline is lost.
func (a *app) ended(_ context.Context, event extension.Event) {
	a.log.Printf("SHUTDOWN: %s", event.ShutdownReason)
}

// run registers, takes events, and returns when the environment is shut down.
func (a *app) run(ctx context.Context) error {
	// Registered for INVOKE, the extension is woken by each invocation. Leave it out where SHUTDOWN is enough.
	registration, err := a.client.Register(ctx, extension.Invoke, extension.Shutdown)
	if err != nil {
		return err
	}
	if err := a.initialise(ctx); err != nil {
		// Where the report fails too, there is nobody left to tell.
		_ = a.client.InitError(ctx, "Extension.InitFailed", err)
		return fmt.Errorf("INIT: %w", err)
	}
	var more listener
	if a.listen != nil {
		// Later than the first call of Next it is refused. Without it the function still works.
		if more, err = a.listen(ctx, registration.ID); err != nil {
			a.log.Print(err)
		}
	}
	for {
		event, err := a.client.Next(ctx)
		if err != nil {
			_ = a.client.ExitError(ctx, "Extension.NextFailed", err)
			return err
		}
		a.take(ctx, event)
		if event.Type != extension.Shutdown {
			continue
		}
		if more != nil {
			more.Drain(ctx, event.Deadline())
		}
		return nil
	}
}

// take handles one event, within its deadline.
func (a *app) take(ctx context.Context, event extension.Event) {
	ctx, cancel := context.WithDeadline(ctx, event.Deadline())
	defer cancel()
	switch event.Type {
	case extension.Invoke:
		a.invoked(ctx, event)
	case extension.Shutdown:
		a.ended(ctx, event)
	}
}
