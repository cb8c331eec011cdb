// A Lambda function in Go: it answers with the event that it was given, as Go prints it.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Event is what the function takes.
type Event struct {
	ID   string `json:"id"`
	Val  int    `json:"val"`
	Flag bool   `json:"flag"`
}

func handle(ctx context.Context, event Event) (string, error) {
	// Lambda ends the function at the deadline, without a word: whatever is called with ctx gives up in time.
	if deadline, ok := ctx.Deadline(); ok {
		log.Printf("request %s has %s left", requestID(ctx), time.Until(deadline).Round(time.Millisecond))
	}
	return fmt.Sprintf("%+v", event), nil
}

// requestID is the invocation's, as in the log's START, END and REPORT lines; empty outside Lambda.
func requestID(ctx context.Context) string {
	invocation, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return ""
	}
	return invocation.AwsRequestID
}

func main() {
	log.SetFlags(0) // Lambda notes the time of each line
	lambda.Start(handle)
}
