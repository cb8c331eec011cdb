package main

import (
	"context"
	"errors"
	"log"
	"time"

	"example.com/templates/internal/extension"
	"example.com/templates/parameter-store/internal/configfile"
)

// app is the extension: one life of it is one call of run.
type app struct {
	options  options
	log      *log.Logger
	client   *extension.Client
	now      func() time.Time
	schedule schedule
}

func newApp(options options, logger *log.Logger) *app {
	return &app{
		options:  options,
		log:      logger,
		client:   extension.NewClient(options.runtimeAPI, options.name),
		now:      time.Now,
		schedule: schedule{ttl: options.ttl},
	}
}

// run registers, loads the configuration, and waits for the end of the environment. Only a broken Extensions API makes it return an
// error: whatever goes wrong with the configuration is logged, and the function runs without the file.
func (a *app) run(ctx context.Context) error {
	a.log.Print("INIT start")
	if a.options.runtimeAPI == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by lambda-ext invoke --local")
	}
	registration, err := a.client.Register(ctx, a.events()...)
	if err != nil {
		return err
	}
	a.log.Printf("Registered with ID: %s", registration.ID)
	if a.options.warning != "" {
		a.log.Print(a.options.warning)
	}
	if err := a.load(ctx); err != nil {
		a.log.Printf("The function runs without %s: %v", a.options.file, err)
		a.schedule.failed(a.now())
	} else {
		a.schedule.succeeded(a.now())
	}
	a.log.Print("INIT complete")
	return a.wait(ctx)
}

// events are those that the extension is woken for: by each invocation only where it may have to do something then.
func (a *app) events() []extension.EventType {
	if a.refreshes() {
		return []extension.EventType{extension.Invoke, extension.Shutdown}
	}
	return []extension.EventType{extension.Shutdown}
}

// load leaves the values in the file, or no file at all: /tmp outlives the processes when Lambda resets an environment, and the values
// of an earlier INIT must not pass for this one's.
func (a *app) load(ctx context.Context) error {
	start := time.Now()
	if err := configfile.Remove(a.options.file); err != nil {
		return err
	}
	if a.options.wrong != nil {
		return a.options.wrong
	}
	for _, line := range announce(a.options.set) {
		a.log.Print(line)
	}
	ctx, cancel := context.WithTimeout(ctx, a.options.fetchTimeout)
	defer cancel()
	values, err := a.options.reader.Read(ctx, a.options.set)
	if err != nil {
		return err
	}
	content, err := render(values, a.options.format)
	if err != nil {
		return err
	}
	if err := configfile.Write(a.options.file, content); err != nil {
		return err
	}
	a.log.Printf("%s written to %s in %d ms", count(a.options.set, values), a.options.file, time.Since(start).Milliseconds())
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
		switch event.Type {
		case extension.Invoke:
			a.refresh(ctx, event.Deadline())
		case extension.Shutdown:
			a.log.Printf("SHUTDOWN: %s", event.ShutdownReason)
			return nil
		}
	}
}
