// Package extension is a client of the Lambda Extensions API, version 2020-01-01.
package extension

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"

	"example.com/templates/internal/http1"
)

const (
	headerName      = "Lambda-Extension-Name"
	headerID        = "Lambda-Extension-Identifier"
	headerErrorType = "Lambda-Extension-Function-Error-Type"
)

// Client talks to the Extensions API on behalf of one extension. It is not safe for use by several goroutines at once.
type Client struct {
	name string
	id   string
	http exchanger
}

// NewClient makes a client for the extension with this name. The name must be the base name of the file under /opt/extensions
// that Lambda has started: under any other one INIT never ends. runtimeAPI is the value of AWS_LAMBDA_RUNTIME_API.
func NewClient(runtimeAPI, name string) *Client {
	// No time-out, since next is answered when there is an event, be it in hours, and no look at HTTP_PROXY, which a function may have
	// set for the world outside.
	return &Client{name: name, http: exchanger{address: runtimeAPI}}
}

// Registration is what Lambda tells an extension about the function that it accompanies.
type Registration struct {
	// ID identifies the extension in all further calls; the client remembers it.
	ID              string `json:"-"`
	FunctionName    string `json:"functionName"`
	FunctionVersion string `json:"functionVersion"`
	Handler         string `json:"handler"`
}

// Register announces the extension and the events that it wants. Lambda starts the runtime once every extension has registered.
// Without any event the extension is started, must still call Next once, and is killed without notice in the end.
func (c *Client) Register(ctx context.Context, events ...EventType) (Registration, error) {
	body := struct {
		Events []EventType `json:"events"`
	}{append([]EventType{}, events...)}
	var registration Registration
	header, err := c.call(ctx, "POST", "/register", map[string][]string{headerName: {c.name}}, body, &registration)
	if err != nil {
		return Registration{}, fmt.Errorf("register extension %s: %w", c.name, err)
	}
	registration.ID = header.Get(headerID)
	if registration.ID == "" {
		return Registration{}, fmt.Errorf("register extension %s: the answer has no %s header", c.name, headerID)
	}
	c.id = registration.ID
	return registration, nil
}

// Next says that the extension is done with the event before (or with its INIT) and waits for the next one. The environment may be
// frozen meanwhile.
func (c *Client) Next(ctx context.Context) (Event, error) {
	var event Event
	if _, err := c.call(ctx, "GET", "/event/next", map[string][]string{headerID: {c.id}}, nil, &event); err != nil {
		return Event{}, fmt.Errorf("wait for the next event: %w", err)
	}
	return event, nil
}

// InitError tells Lambda why INIT has failed, before the first call of Next. It ends nothing by itself: exit afterwards.
// errorType looks like Extension.ConfigInvalid.
func (c *Client) InitError(ctx context.Context, errorType string, cause error) error {
	return c.report(ctx, "/init/error", errorType, cause)
}

// ExitError tells Lambda why the extension is about to exit. It ends nothing by itself: exit afterwards.
func (c *Client) ExitError(ctx context.Context, errorType string, cause error) error {
	return c.report(ctx, "/exit/error", errorType, cause)
}

func (c *Client) report(ctx context.Context, path, errorType string, cause error) error {
	body := struct {
		Message    string   `json:"errorMessage"`
		Type       string   `json:"errorType"`
		StackTrace []string `json:"stackTrace"`
	}{cause.Error(), errorType, []string{}}
	header := map[string][]string{headerID: {c.id}, headerErrorType: {errorType}}
	if _, err := c.call(ctx, "POST", path, header, body, nil); err != nil {
		return fmt.Errorf("report %s: %w", errorType, err)
	}
	return nil
}

// call sends one request; in and out are JSON, or nil where there is none.
func (c *Client) call(ctx context.Context, method, path string, header map[string][]string, in, out any) (textproto.MIMEHeader, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, err
		}
		header["Content-Type"] = []string{"application/json"}
	}
	got, err := c.http.exchange(ctx, http1.Request{Method: method, Target: "/2020-01-01/extension" + path, Header: header, Body: body})
	if err != nil {
		return nil, err
	}
	if got.Status/100 != 2 {
		return nil, refusal(got.Status, got.Body)
	}
	if out != nil {
		if err := json.Unmarshal(got.Body, out); err != nil {
			return nil, errors.New("the answer is not the JSON that the Extensions API promises")
		}
	}
	return got.Header, nil
}
