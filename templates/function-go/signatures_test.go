package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// TestSignatures shows every kind of function that lambda.Start takes: the eight with an error, with or without a context, an event and
// an answer, and four without one.
func TestSignatures(t *testing.T) {
	const event, answer, null = `{"id":"a"}`, `{"id":"a","val":1,"flag":false}`, "null"
	made := Event{ID: "a", Val: 1}
	calls := 0

	tests := map[string]struct {
		handler any
		want    string
	}{
		"func () error":                             {func() error { calls++; return nil }, null},
		"func (TIn) error":                          {func(e Event) error { calls++; return wrongUnless(e) }, null},
		"func () (TOut, error)":                     {func() (Event, error) { calls++; return made, nil }, answer},
		"func (TIn) (TOut, error)":                  {func(e Event) (Event, error) { calls++; return made, wrongUnless(e) }, answer},
		"func (context.Context) error":              {func(context.Context) error { calls++; return nil }, null},
		"func (context.Context, TIn) error":         {func(_ context.Context, e Event) error { calls++; return wrongUnless(e) }, null},
		"func (context.Context) (TOut, error)":      {func(context.Context) (Event, error) { calls++; return made, nil }, answer},
		"func (context.Context, TIn) (TOut, error)": {func(_ context.Context, e Event) (Event, error) { calls++; return made, wrongUnless(e) }, answer},
		// Where there is no answer, the error may be left out.
		"func ()":                     {func() { calls++ }, null},
		"func (TIn)":                  {func(Event) { calls++ }, null},
		"func (context.Context)":      {func(context.Context) { calls++ }, null},
		"func (context.Context, TIn)": {func(context.Context, Event) { calls++ }, null},
	}
	for signature, test := range tests {
		t.Run(signature, func(t *testing.T) {
			calls = 0
			got, err := lambda.NewHandler(test.handler).Invoke(t.Context(), []byte(event))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want || calls != 1 {
				t.Errorf("answer = %s after %d calls, want %s", got, calls, test.want)
			}
		})
	}
}

// wrongUnless is an error where the event did not arrive.
func wrongUnless(event Event) error {
	if event.ID != "a" {
		return errors.New("another event")
	}
	return nil
}

// Other signatures are refused when the function is called, not when it is compiled.
func TestOtherSignatures(t *testing.T) {
	for name, handler := range map[string]any{
		"nothing":                    nil,
		"no function":                Event{},
		"an answer without an error": func() string { return "" },
		"the context second":         func(Event, context.Context) error { return nil },
		"three arguments":            func(context.Context, Event, Event) error { return nil },
		//lint:ignore ST1008 it is what is refused
		"an answer after the error": func() (error, string) { return nil, "" },
		"three results":             func() (string, string, error) { return "", "", nil },
	} {
		if answer, err := lambda.NewHandler(handler).Invoke(t.Context(), []byte(`{}`)); err == nil {
			t.Errorf("%s was answered with %s", name, answer)
		}
	}
}

// A handler's error becomes the function's: Lambda sends its text, and its type's name, to whoever invokes the function.
func TestErrors(t *testing.T) {
	failed := errors.New("no such order")
	handler := lambda.NewHandler(func() error { return failed })
	if _, err := handler.Invoke(t.Context(), nil); !errors.Is(err, failed) {
		t.Errorf("error = %v", err)
	}
}

// What the context knows of an invocation.
func TestContextValues(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{
		AwsRequestID:       "8c1c9a37-5b2e-4d6c-9d53-0a7f4d1c9e01",
		InvokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:orders:live",
		Identity:           lambdacontext.CognitoIdentity{CognitoIdentityID: "who", CognitoIdentityPoolID: "where"},
		ClientContext:      lambdacontext.ClientContext{Custom: map[string]string{"shop": "7"}},
	})
	handler := lambda.NewHandler(func(ctx context.Context) ([]string, error) {
		c, ok := lambdacontext.FromContext(ctx)
		if !ok {
			return nil, errors.New("no context of Lambda's")
		}
		_, alias, _ := strings.Cut(c.InvokedFunctionArn, ":function:")
		return []string{requestID(ctx), alias, c.Identity.CognitoIdentityID, c.ClientContext.Custom["shop"]}, nil
	})
	got, err := handler.Invoke(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `["8c1c9a37-5b2e-4d6c-9d53-0a7f4d1c9e01","orders:live","who","7"]`; string(got) != want {
		t.Errorf("answer = %s, want %s", got, want)
	}
	if got := requestID(t.Context()); got != "" {
		t.Errorf("request ID outside Lambda = %q", got)
	}
}

// Work that is called with the context ends at the deadline. Leave time for an answer of your own: after the deadline there is none.
func TestDeadline(t *testing.T) {
	handler := lambda.NewHandler(func(ctx context.Context) (string, error) {
		deadline, ok := ctx.Deadline()
		if !ok {
			return "", errors.New("no deadline")
		}
		work, cancel := context.WithDeadline(ctx, deadline.Add(-time.Minute))
		defer cancel()
		<-work.Done() // a call that takes for ever
		return "not all of it", nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+10*time.Millisecond)
	defer cancel()
	got, err := handler.Invoke(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var answer string
	if err := json.Unmarshal(got, &answer); err != nil || answer != "not all of it" {
		t.Errorf("answer = %s, %v", got, err)
	}
	if ctx.Err() != nil {
		t.Error("the deadline itself has passed")
	}
}
