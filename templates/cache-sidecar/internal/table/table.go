// Package table reads items of a DynamoDB table.
package table

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/templates/internal/awsjson"
)

// DynamoDB is the service that keeps tables.
var DynamoDB = awsjson.Service{ID: "DYNAMODB", Name: "dynamodb", Target: "DynamoDB_20120810", JSON: "1.0"}

// maxReads bounds how many items are read at once; reads beyond wait for their turn.
const maxReads = 32

// Config says which table, and how to get there.
type Config struct {
	// Name is the table's name.
	Name string
	// Key is its partition key, which is a string; there is no sort key.
	Key string
	// Timeout bounds the reading of an item, attempts and pauses together.
	Timeout time.Duration
	AWS     awsjson.Config
}

// Table reads items. It is safe for use by several goroutines at once.
type Table struct {
	config Config
	client *awsjson.Client
	turns  chan struct{}
}

// New makes a table. Nothing is connected before the first read.
func New(config Config) *Table {
	// An attempt that gets no answer leaves time for another one.
	config.AWS.Retry = awsjson.Retry{Attempts: 4, Timeout: config.Timeout / 2, Backoff: 25 * time.Millisecond}
	return &Table{config: config, client: awsjson.NewClient(DynamoDB, config.AWS), turns: make(chan struct{}, maxReads)}
}

// Read returns the item with this key as JSON, its fields in alphabetical order, or nil where there is none. The read is eventually
// consistent: it costs half as much as the other kind, and a cache is behind its table anyway.
func (t *Table) Read(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	select {
	case t.turns <- struct{}{}:
		defer func() { <-t.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("read from table %s: %d reads are under way: %w", t.config.Name, maxReads, context.Cause(ctx))
	}
	item, err := t.get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read from table %s: %w", t.config.Name, t.advise(err))
	}
	return item, nil
}

func (t *Table) get(ctx context.Context, key string) ([]byte, error) {
	request := struct {
		TableName string
		Key       map[string]map[string]string
	}{t.config.Name, map[string]map[string]string{t.config.Key: {"S": key}}}
	var answer struct {
		Item map[string]attribute
	}
	if err := t.client.Call(ctx, "GetItem", request, &answer); err != nil {
		return nil, err
	}
	if answer.Item == nil {
		return nil, nil
	}
	fields, err := plainMap(answer.Item)
	if err != nil {
		return nil, fmt.Errorf("GetItem: the answer is not DynamoDB's: %w", err)
	}
	return encode(fields)
}

func encode(fields map[string]any) ([]byte, error) {
	var item bytes.Buffer
	encoder := json.NewEncoder(&item)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		return nil, fmt.Errorf("GetItem: the answer is not DynamoDB's: %w", err)
	}
	// A copy has no room to grow, which a cache would keep too.
	return bytes.Clone(bytes.TrimSuffix(item.Bytes(), []byte("\n"))), nil
}

// advise adds what to do to the refusals that have a remedy.
func (t *Table) advise(err error) error {
	refused, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		return err
	}
	switch refused.Code {
	case "ResourceNotFoundException":
		return fmt.Errorf("%w. Create the table in %s, or correct TABLE_NAME", err, t.config.AWS.Region)
	case "ValidationException":
		return fmt.Errorf("%w. TABLE_KEY must be the table's whole key: one attribute, a string", err)
	case "AccessDeniedException":
		return fmt.Errorf("%w. Allow the function's role dynamodb:GetItem on the table", err)
	}
	return err
}
