// An external Lambda extension that reads one SSM parameter during INIT and leaves its value in a file, where the function finds it,
// whatever language it is written in.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
)

func main() {
	options := optionsFromEnv(filepath.Base(os.Args[0]), os.Getenv)
	logger := log.New(os.Stdout, "["+options.name+"] ", 0)
	if err := newApp(options, logger).run(context.Background()); err != nil {
		logger.Fatal(err)
	}
}
