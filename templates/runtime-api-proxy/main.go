// An external Lambda extension that stands between a function's runtime and the Runtime API. What it does to events and responses is in
// hooks.go.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
)

func main() {
	name := filepath.Base(os.Args[0])
	logger := log.New(os.Stdout, "["+name+"] ", 0)
	options, err := optionsFromEnv(name, os.Getenv)
	if err := newApp(options, logger).run(context.Background(), err); err != nil {
		logger.Fatal(err)
	}
}
