// An external Lambda extension, as small as one can be.
package main

import (
	"context"
	"errors"
	"log"
	"os"
	"path/filepath"

	"example.com/templates/internal/extension"
	"example.com/templates/internal/telemetry"
)

func main() {
	name := filepath.Base(os.Args[0])
	logger := log.New(os.Stdout, "["+name+"] ", 0)
	if err := run(name, os.Getenv("AWS_LAMBDA_RUNTIME_API"), logger); err != nil {
		logger.Fatal(err)
	}
}

func run(name, runtimeAPI string, logger *log.Logger) error {
	if runtimeAPI == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by lambda-ext invoke --local")
	}
	app := &app{log: logger, client: extension.NewClient(runtimeAPI, name), worker: &work{logger}}
	if listenTo != nothing {
		app.listen = listen(telemetry.Options{RuntimeAPI: runtimeAPI, API: listenTo}, logger)
	}
	return app.run(context.Background())
}
