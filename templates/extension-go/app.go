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
	worker worker
	// listen subscribes to what happens beside the events; nil where nobody wants to know.
	listen func(ctx context.Context, extensionID string) (listener, error)
}

// worker is told of the phases of the environment's life; work is one.
type worker interface {
	initialise(ctx context.Context) error
	invoked(ctx context.Context, event extension.Event)
	ended(ctx context.Context, event extension.Event)
}

// listener receives events of another kind until the environment is gone.
type listener interface {
	Drain(ctx context.Context, deadline time.Time)
}

// run registers, takes events, and returns when the environment is shut down.
func (a *app) run(ctx context.Context) error {
	// Registered for INVOKE, the extension is woken by each invocation. Leave it out where SHUTDOWN is enough.
	registration, err := a.client.Register(ctx, extension.Invoke, extension.Shutdown)
	if err != nil {
		return err
	}
	if err := a.worker.initialise(ctx); err != nil {
		// Where the report fails too, there is nobody left to tell.
		_ = a.client.InitError(ctx, "Extension.InitFailed", err)
		return fmt.Errorf("INIT: %w", err)
	}
	drain := func(context.Context, time.Time) {}
	if a.listen != nil {
		// After the first call of Next it would be refused.
		listener, err := a.listen(ctx, registration.ID)
		if err != nil {
			a.log.Printf("Nothing but events is heard: %v", err)
		} else {
			drain = listener.Drain
		}
	}
	for {
		event, err := a.client.Next(ctx)
		if err != nil {
			_ = a.client.ExitError(ctx, "Extension.NextFailed", err)
			return err
		}
		a.take(ctx, event)
		if event.Type == extension.Shutdown {
			drain(ctx, event.Deadline())
			return nil
		}
	}
}

// take hands an event over, with its deadline.
func (a *app) take(ctx context.Context, event extension.Event) {
	ctx, cancel := context.WithDeadline(ctx, event.Deadline())
	defer cancel()
	switch event.Type {
	case extension.Invoke:
		a.worker.invoked(ctx, event)
	case extension.Shutdown:
		a.worker.ended(ctx, event)
	}
}
