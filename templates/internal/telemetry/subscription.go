package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"example.com/templates/internal/extension"
)

// API is one of the two that tell an extension what happens beside its own events. An extension may subscribe to one of them.
type API int

const (
	// Telemetry is the Telemetry API, version 2022-07-01.
	Telemetry API = iota + 1
	// Logs is the Logs API, version 2020-08-15, which came before it.
	Logs
)

// paths and schemas are those of the newest events that every function gets.
var (
	paths   = map[API]string{Telemetry: "/2022-07-01/telemetry", Logs: "/2020-08-15/logs"}
	schemas = map[API]string{Telemetry: "2022-12-13", Logs: "2021-03-18"}
)

// The kinds of events that can be subscribed to.
const (
	// Platform is what Lambda says: starts, ends and reports.
	Platform = "platform"
	// Function is what the function logs, a line an event.
	Function = "function"
	// Extension is what extensions log, this one too: who logs each event that comes never stops.
	Extension = "extension"
)

// ErrNotSupported is returned by Subscribe where the environment has neither API, such as AWS's own local emulator.
var ErrNotSupported = errors.New("this environment has no Telemetry API")

const headerID = "Lambda-Extension-Identifier"

// maxAnswer bounds what is read of an answer to a subscription.
const maxAnswer = 1 << 16

// subscribe asks for the events to be sent to the port.
func subscribe(ctx context.Context, options Options, port int) error {
	type destination struct {
		Protocol string `json:"protocol"`
		URI      string `json:"URI"`
	}
	body, err := json.Marshal(struct {
		SchemaVersion string      `json:"schemaVersion"`
		Types         []string    `json:"types"`
		Destination   destination `json:"destination"`
	}{schemas[options.API], options.Types, destination{"HTTP", fmt.Sprintf("http://%s:%d/", hostName, port)}})
	if err != nil {
		return err
	}
	url := "http://" + options.RuntimeAPI + paths[options.API]
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = http.Header{headerID: {options.ExtensionID}, "Content-Type": {"application/json"}}
	// A transport of our own does not look at HTTP_PROXY, and keeps no connection open that is not used again.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	switch response.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusAccepted:
		return ErrNotSupported
	}
	refused := &extension.Error{}
	// A body that is no JSON leaves the fields empty: the status has to do.
	_ = json.Unmarshal(answer, refused)
	refused.Status = response.StatusCode
	return refused
}
