// A Lambda function in Go: it answers with the event that it was given, as Go prints it.
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
)

// Event is what the function takes.
type Event struct {
	ID   string `json:"id"`
	Val  int    `json:"val"`
	Flag bool   `json:"flag"`
}

func handle(_ context.Context, event Event) (string, error) {
	return fmt.Sprintf("%+v", event), nil
}

func main() {
	lambda.Start(handle)
}
