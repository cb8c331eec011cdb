// An external Lambda extension that answers GET /{key} on localhost with an item of a DynamoDB table, out of a cache where it can.
package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
)

func main() {
	options, err := optionsFromEnv(filepath.Base(os.Args[0]), os.Getenv)
	logger := newLogger(os.Stdout, options.name, options.level)
	if options.backend == memory {
		// Go would let as much garbage gather as the cache holds.
		debug.SetMemoryLimit(int64(options.maxBytes)/4*5 + 16<<20)
	}
	if err := newApp(options, logger).run(context.Background(), err); err != nil {
		logger.Error(err.Error())
		os.Exit(1)
	}
}
