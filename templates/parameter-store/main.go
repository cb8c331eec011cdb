// An external Lambda extension that reads SSM parameters, or secrets, during INIT and leaves them in a file, where the function finds
// them, whatever language it is written in.
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
