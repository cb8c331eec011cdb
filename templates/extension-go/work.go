package main

import (
	"context"
	"log"

	"example.com/templates/internal/extension"
)

// work is what this extension is for: the place for your own code.
type work struct {
	log *log.Logger
}

// initialise is called before the function gets its first event. An error makes INIT fail, and the function with it: where the function
// can do without the extension, log instead.
func (w *work) initialise(context.Context) error {
	return nil
}

// invoked is called when an invocation begins, and runs beside the function. The invocation lasts until both are done.
func (w *work) invoked(_ context.Context, event extension.Event) {
	w.log.Printf("Invocation %s", event.RequestID)
}

// ended is called when the environment is going to be shut down. What is not done by the context's deadline is lost.
func (w *work) ended(_ context.Context, event extension.Event) {
	w.log.Printf("SHUTDOWN: %s", event.ShutdownReason)
}
