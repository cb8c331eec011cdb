// Package telemetry receives what Lambda tells extensions through the Telemetry API or the Logs API: what the platform, the function
// and other extensions say.
package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// hostName is this environment's own, under which Lambda delivers.
const hostName = "sandbox.localdomain"

const (
	// maxBatch is more than Lambda puts into one request: twice its largest buffer, and what surrounds the events.
	maxBatch = 4 << 20
	// maxWaiting batches wait for the callback. Behind them the listener lets Lambda wait, which keeps events for a while and tells
	// of those that it drops (platform.logsDropped).
	maxWaiting = 16
	// margin is what is left of SHUTDOWN's time for the callback's last batches and for exiting.
	margin = 200 * time.Millisecond
)

// Options say what to subscribe to, and for whom.
type Options struct {
	// RuntimeAPI is the value of AWS_LAMBDA_RUNTIME_API.
	RuntimeAPI string
	// ExtensionID is what the registration has given.
	ExtensionID string
	API         API
	// Types are some of Platform, Function and Extension.
	Types []string
	// Handle is given every batch, in order and one at a time, beside the extension's own work. With the type Extension it must not
	// log: its lines would come back to it as events, for ever.
	Handle func([]Event)
}

// Listener receives events until it is drained.
type Listener struct {
	server *http.Server
	handle func([]Event)
	queue  chan []Event
	// stopping is closed when nothing more is taken, stopped when the server has ended, and done when everything has been handled.
	stopping, stopped, done chan struct{}
}

// Subscribe starts to listen and then asks Lambda for events. That is possible after the extension has registered and before it first
// asks for its next event; what has happened since INIT began is delivered too.
func Subscribe(ctx context.Context, options Options) (*Listener, error) {
	// Port 0 is one that is free: several extensions can listen.
	socket, err := listen(ctx)
	if err != nil {
		return nil, fmt.Errorf("listen for telemetry: %w", err)
	}
	l := &Listener{
		handle:   options.Handle,
		queue:    make(chan []Event, maxWaiting),
		stopping: make(chan struct{}),
		stopped:  make(chan struct{}),
		done:     make(chan struct{}),
	}
	// No time-outs: the environment may be frozen in the middle of a delivery.
	l.server = &http.Server{Handler: http.HandlerFunc(l.receive)}
	go func() {
		// It ends when the listener is drained; before that there is no reason to.
		_ = l.server.Serve(socket)
	}()
	go l.work()
	if err := subscribe(ctx, options, socket.Addr().(*net.TCPAddr).Port); err != nil {
		l.stop(ctx, time.Now())
		return nil, fmt.Errorf("subscribe to telemetry: %w", err)
	}
	return l, nil
}

// listen takes the address that Lambda delivers to. Outside Lambda its name may be nobody's, or somebody else's; deliveries come to the
// loopback then.
func listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	lookup, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if socket, err := config.Listen(lookup, "tcp", hostName+":0"); err == nil {
		return socket, nil
	}
	return config.Listen(ctx, "tcp", "127.0.0.1:0")
}

// Drain takes deliveries until shortly before the deadline of SHUTDOWN, since the report of the last invocation may come that late, and
// returns when the callback has had them all, or at the deadline.
func (l *Listener) Drain(ctx context.Context, deadline time.Time) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	select {
	case <-time.After(time.Until(deadline.Add(-margin))):
	case <-ctx.Done():
	}
	l.stop(ctx, deadline.Add(-margin/2))
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}

// stop takes no more deliveries; those that are under way have until the deadline.
func (l *Listener) stop(ctx context.Context, deadline time.Time) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	close(l.stopping)
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
	close(l.stopped)
}

// receive answers a delivery as soon as its events are in the queue: Lambda sends one after the other, and again what nobody took.
func (l *Listener) receive(w http.ResponseWriter, r *http.Request) {
	var events []Event
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBatch)).Decode(&events); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	select {
	case l.queue <- events:
		return
	default:
		// The callback is behind.
	}
	select {
	case l.queue <- events:
	case <-l.stopping:
		w.WriteHeader(http.StatusServiceUnavailable)
	case <-r.Context().Done():
	}
}

// work hands the batches over until the server has ended and none is left.
func (l *Listener) work() {
	defer close(l.done)
	for {
		select {
		case events := <-l.queue:
			l.handle(events)
		case <-l.stopped:
			for {
				select {
				case events := <-l.queue:
					l.handle(events)
				default:
					return
				}
			}
		}
	}
}
