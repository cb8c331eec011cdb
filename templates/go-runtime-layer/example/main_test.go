package main

import (
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
)

func TestGreet(t *testing.T) {
	for event, want := range map[string]string{`{"name":"Ada"}`: `"Hello, Ada!"`, `{}`: `"Hello!"`} {
		got, err := lambda.NewHandler(greet).Invoke(t.Context(), []byte(event))
		if err != nil || string(got) != want {
			t.Errorf("%s was answered with %s, %v", event, got, err)
		}
	}
}
