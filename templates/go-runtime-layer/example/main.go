// A Lambda function in Go that is started by its handler's name: this program is called hello, and so is the function's handler.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

// Event is what the function takes.
type Event struct {
	Name string `json:"name"`
}

func greet(_ context.Context, event Event) (string, error) {
	if event.Name == "" {
		return "Hello!", nil
	}
	return "Hello, " + event.Name + "!", nil
}

func main() {
	lambda.Start(greet)
}
