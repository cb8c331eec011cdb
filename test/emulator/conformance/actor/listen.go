// A listener for telemetry: what arrives is reported, but for what it reported before, which would never end.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type listen struct {
	// HTTP or TCP.
	Protocol string
	Host     string
	// What it answers; 200 without.
	Status int
	// Milliseconds that it takes; -1 for ever.
	Slow int
	// So many batches are refused with 500 first.
	Refuse int
}

func (l listen) open() {
	listener, err := net.Listen("tcp", l.Host+":0")
	if err != nil {
		report(saw{At: "listen", Error: err.Error()})
		return
	}
	address := listener.Addr().String()
	remember("port", address[strings.LastIndex(address, ":")+1:])
	if l.Protocol == "TCP" {
		go l.readLines(listener)
		return
	}
	go http.Serve(listener, http.HandlerFunc(l.take))
}

func (l *listen) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if l.Slow < 0 {
		select {}
	}
	time.Sleep(time.Duration(l.Slow) * time.Millisecond)
	if l.Refuse > 0 {
		l.Refuse--
		w.WriteHeader(500)
		return
	}
	var events []json.RawMessage
	if err := json.Unmarshal(body, &events); err != nil {
		report(saw{At: "events", Error: err.Error()})
	}
	reportEvents(events, saw{Method: r.Method, Path: r.URL.RequestURI(), Headers: map[string]string{"content-type": r.Header.Get("Content-Type"), "host": r.Host}})
	if l.Status > 0 {
		w.WriteHeader(l.Status)
	}
}

func (l listen) readLines(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		lines := bufio.NewReader(connection)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break
			}
			reportEvents([]json.RawMessage{line}, saw{Method: "TCP"})
		}
	}
}

func reportEvents(events []json.RawMessage, s saw) {
	for _, event := range events {
		var e struct{ Record any }
		json.Unmarshal(event, &e)
		if text, ok := e.Record.(string); ok && strings.HasPrefix(text, sign) {
			continue
		}
		s.Events = append(s.Events, event)
	}
	if len(s.Events) == 0 {
		return
	}
	s.At = "events"
	s.Count = len(s.Events)
	// A line of the log holds no more.
	if s.Count > 50 {
		s.Events = append(s.Events[:1:1], s.Events[s.Count-1])
	}
	report(s)
}
