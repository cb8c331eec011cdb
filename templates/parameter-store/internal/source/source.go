// Package source reads the values that the function is to find: from AWS Systems Manager Parameter Store and AWS Secrets Manager.
package source

import (
	"context"

	"example.com/templates/internal/awsjson"
)

var (
	ssm            = awsjson.Service{ID: "SSM", Name: "ssm", Target: "AmazonSSM"}
	secretsManager = awsjson.Service{ID: "SECRETS_MANAGER", Name: "secretsmanager", Target: "secretsmanager"}
)

// Set is all that is to be read.
type Set struct {
	// Parameters are single ones; Paths stand for all that lies below them.
	Parameters, Paths, Secrets []Reference
}

// Len is how many things are named.
func (s Set) Len() int { return len(s.Parameters) + len(s.Paths) + len(s.Secrets) }

// Value is one of them, read.
type Value struct {
	// Path is where it goes in the file: a key, or the keys of objects that lie in each other.
	Path []string
	Text string
	// Binary says that the text is a secret's bytes.
	Binary bool
	// Origin names it for messages, e.g. "parameter /orders/db".
	Origin string
}

// Reader calls the services. Its errors say what to do about them.
type Reader struct {
	SSM, Secrets awsjson.Config
	// Retry is for both.
	Retry awsjson.Retry
}

// ReaderFromEnv makes a reader for what Lambda gives every process of a function.
func ReaderFromEnv(getenv func(string) string) Reader {
	reader := Reader{
		SSM:     awsjson.ConfigFromEnv(ssm, getenv),
		Secrets: awsjson.ConfigFromEnv(secretsManager, getenv),
		Retry:   awsjson.DefaultRetry,
	}
	// One provider, so that both do not ask for the same credentials.
	reader.Secrets.Credentials = reader.SSM.Credentials
	return reader
}

// Read gets all of the set, or an error: half a configuration helps nobody. Both services are asked at once.
func (r Reader) Read(ctx context.Context, set Set) ([]Value, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		values []Value
		err    error
	}
	results := make(chan result, 2)
	for _, read := range []func(context.Context, Set) ([]Value, error){r.parameters, r.secrets} {
		go func() {
			values, err := read(ctx, set)
			results <- result{values, err}
		}()
	}
	var values []Value
	var first error
	for range cap(results) {
		got := <-results
		if got.err != nil && first == nil {
			first = got.err
			cancel() // The other one is waited for, but no longer than it needs to give up.
		}
		values = append(values, got.values...)
	}
	if first != nil {
		return nil, first
	}
	return values, nil
}

func (r Reader) client(service awsjson.Service, config awsjson.Config) *awsjson.Client {
	config.Retry = r.Retry
	return awsjson.NewClient(service, config)
}
