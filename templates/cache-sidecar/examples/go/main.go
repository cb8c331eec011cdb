// A Lambda function that answers an API Gateway, REST or HTTP, with the item that the path's `id` names. The extension has it: in its cache,
// or from the table.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// Request is the part of an API Gateway's request that both kinds have in common.
type Request struct {
	PathParameters map[string]string `json:"pathParameters"`
}

// Response is what both kinds take.
type Response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

// items asks the extension.
type items struct {
	url    string
	client *http.Client
}

// newItems has a time-out between the extension's, which gives up on a table after two seconds, and Lambda's for this function, three.
func newItems(url string) *items {
	return &items{url: url, client: &http.Client{Timeout: 2500 * time.Millisecond}}
}

func (i *items) handle(ctx context.Context, request Request) (Response, error) {
	id := request.PathParameters["id"]
	if id == "" {
		return respond(http.StatusBadRequest, `{"error":"the path has no id"}`), nil
	}
	answer, err := i.get(ctx, id)
	if err != nil {
		log.Print(err)
		return respond(http.StatusBadGateway, `{"error":"the item cannot be read"}`), nil
	}
	return answer, nil
}

func (i *items) get(ctx context.Context, id string) (Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, i.url+"/"+url.PathEscape(id), nil)
	if err != nil {
		return Response{}, fmt.Errorf("make the request for %q: %w", id, err)
	}
	answer, err := i.client.Do(request)
	if err != nil {
		return Response{}, fmt.Errorf("ask the cache: %w", err)
	}
	defer answer.Body.Close()
	// Read to its end, so that the connection serves the next event too.
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return Response{}, fmt.Errorf("read the cache's answer for %q: %w", id, err)
	}
	switch answer.StatusCode {
	case http.StatusOK:
		response := respond(http.StatusOK, string(body))
		response.Headers["x-cache"] = answer.Header.Get("X-Cache")
		return response, nil
	case http.StatusNotFound:
		return respond(http.StatusNotFound, `{"error":"not found"}`), nil
	default:
		return Response{}, fmt.Errorf("ask the cache for %q: %s: %s", id, answer.Status, body)
	}
}

func respond(status int, body string) Response {
	return Response{StatusCode: status, Headers: map[string]string{"content-type": "application/json"}, Body: body}
}

func main() {
	port := os.Getenv("CACHE_PORT")
	if port == "" {
		port = "4000"
	}
	lambda.Start(newItems("http://localhost:" + port).handle)
}
