package main

import (
	"context"
	"errors"
	"log"
	"time"

	"example.com/templates/internal/extension"
	"example.com/templates/parameter-store/internal/configfile"
	"example.com/templates/parameter-store/internal/parameter"
)

// app is the extension: one life of it is one call of run.
type app struct {
	options options
	log     *log.Logger
	client  *extension.Client
}

func newApp(options options, logger *log.Logger) *app {
	return &app{options: options, log: logger, client: extension.NewClient(options.runtimeAPI, options.name)}
}

// run registers, loads the parameter, and waits for the end of the environment. Only a broken Extensions API makes it return an
// error: whatever goes wrong with the parameter is logged, and the function runs without the file.
func (a *app) run(ctx context.Context) error {
	a.log.Print("INIT start")
	if a.options.runtimeAPI == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by lambda-ext invoke --local")
	}
	// SHUTDOWN alone: registered for INVOKE as well, it would be woken by each invocation, for nothing.
	registration, err := a.client.Register(ctx, extension.Shutdown)
	if err != nil {
		return err
	}
	a.log.Printf("Registered with ID: %s", registration.ID)
	if err := a.load(ctx); err != nil {
		a.log.Printf("The function runs without %s: %v", a.options.file, err)
	}
	a.log.Print("INIT complete")
	return a.wait(ctx)
}

// load leaves the parameter's value in the file, or no file at all: /tmp outlives the processes when Lambda resets an environment, and
// the value of an earlier INIT must not pass for this one's.
func (a *app) load(ctx context.Context) error {
	start := time.Now()
	if err := configfile.Remove(a.options.file); err != nil {
		return err
	}
	if a.options.parameter == "" {
		return errors.New("PARAMETER_NAME is not set. Set it on the function, to the parameter's name or ARN")
	}
	a.log.Printf("Fetching parameter: %s", a.options.parameter)
	ctx, cancel := context.WithTimeout(ctx, a.options.fetchTimeout)
	defer cancel()
	value, err := parameter.Fetch(ctx, a.options.aws, a.options.parameter)
	if err != nil {
		return err
	}
	if err := configfile.Write(a.options.file, []byte(value)); err != nil {
		return err
	}
	a.log.Printf("Parameter written to %s in %d ms", a.options.file, time.Since(start).Milliseconds())
	return nil
}

// wait returns when the environment is shut down. Its first call of Next is what ends INIT.
func (a *app) wait(ctx context.Context) error {
	for {
		event, err := a.client.Next(ctx)
		if err != nil {
			// Where the report fails too, there is nobody left to tell.
			_ = a.client.ExitError(ctx, "Extension.NextFailed", err)
			return err
		}
		if event.Type == extension.Shutdown {
			a.log.Printf("SHUTDOWN: %s", event.ShutdownReason)
			return nil
		}
	}
}
