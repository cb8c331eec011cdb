// The parts of bench/cache.js that have to be quick: a table that takes its time, a plain handler that answers from a map, and the client that
// asks them and the sidecar.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	switch os.Args[1] {
	case "table":
		serveTable(os.Args[2], number(os.Args[3]))
	case "plain":
		servePlain(os.Args[2], number(os.Args[3]))
	case "ask":
		ask(os.Args[2], os.Args[3], os.Args[4], number(os.Args[5]))
	case "read":
		read(os.Args[2], os.Args[3], number(os.Args[4]))
	case "load":
		load(os.Args[2], number(os.Args[3]), number(os.Args[4]), number(os.Args[5]))
	default:
		log.Fatalf("there is no part %q", os.Args[1])
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	check(err)
	return n
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp4", address)
	check(err)
	return listener
}

// serveTable is a DynamoDB that has every item, and hands it out after so many milliseconds. It looks at no signature.
func serveTable(address string, milliseconds int) {
	delay := time.Duration(milliseconds) * time.Millisecond
	check(http.Serve(listen(address), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Key struct {
				ID struct{ S string } `json:"id"`
			}
		}
		check(json.NewDecoder(r.Body).Decode(&request))
		time.Sleep(delay)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = fmt.Fprintf(w, `{"Item":{"id":{"S":%q},"fieldOne":{"S":"one"},"fieldTwo":{"S":"two"}}}`, request.Key.ID.S)
	})))
}

// servePlain is the least that an answer over HTTP takes in Go.
func servePlain(address string, count int) {
	items := make(map[string][]byte, count)
	for i := range count {
		key := "hit-" + strconv.Itoa(i)
		items["/"+key] = fmt.Appendf(nil, `{"id":%q,"fieldOne":"one","fieldTwo":"two"}`, key)
	}
	check(http.Serve(listen(address), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		item, ok := items[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(item)
	})))
}

// ask prints the nanoseconds that each of so many keys took, over one connection: PREFIX-0, PREFIX-1, and so on. Every one has to be a
// hit, a miss, or whatever else stands in X-Cache; "any" is for servers without that header.
func ask(address, prefix, cache string, count int) {
	conn := dial(address)
	times := make([]int64, 0, count)
	for i := range count {
		request := get(address, prefix+"-"+strconv.Itoa(i))
		start := time.Now()
		answer, err := conn.exchange(request)
		times = append(times, time.Since(start).Nanoseconds())
		check(err)
		if answer.status != 200 || cache != "any" && answer.cache != cache {
			log.Fatalf("%s-%d was answered with %d %s", prefix, i, answer.status, answer.cache)
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(times))
}

// read prints the same for a function that has no cache and asks the table itself.
func read(address, prefix string, count int) {
	conn := dial(address)
	times := make([]int64, 0, count)
	for i := range count {
		body := fmt.Sprintf(`{"TableName":"CacheSample","Key":{"id":{"S":"%s-%d"}}}`, prefix, i)
		request := fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: %s\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
		start := time.Now()
		answer, err := conn.exchange(request)
		times = append(times, time.Since(start).Nanoseconds())
		check(err)
		if answer.status != 200 {
			log.Fatalf("the table answered with %d", answer.status)
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(times))
}

// load asks for hit-0 to hit-N over so many connections at once, for so many milliseconds, and prints how many answers came in a second.
func load(address string, connections, milliseconds, count int) {
	requests := make([][]byte, count)
	for i := range requests {
		requests[i] = get(address, "hit-"+strconv.Itoa(i))
	}
	conns := make([]*connection, connections)
	for i := range conns {
		conns[i] = dial(address)
	}
	answers := make([]int, connections)
	start := time.Now()
	end := start.Add(time.Duration(milliseconds) * time.Millisecond)
	var group sync.WaitGroup
	for i, conn := range conns {
		group.Go(func() {
			for n := i; time.Now().Before(end); n++ {
				answer, err := conn.exchange(requests[n%count])
				check(err)
				if answer.status != 200 {
					log.Fatalf("answered with %d", answer.status)
				}
				answers[i]++
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range answers {
		total += n
	}
	check(json.NewEncoder(os.Stdout).Encode(float64(total) / time.Since(start).Seconds()))
}

func get(address, key string) []byte {
	return []byte("GET /" + key + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
}

// connection is a client that does no more than it must, so that on a machine with few cores the servers are what is measured.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func dial(address string) *connection {
	conn, err := net.Dial("tcp4", address)
	check(err)
	return &connection{conn, bufio.NewReader(conn)}
}

type answer struct {
	status int
	cache  string
}

// exchange writes a request and reads the whole answer.
func (c *connection) exchange(request []byte) (answer, error) {
	if _, err := c.Write(request); err != nil {
		return answer{}, fmt.Errorf("write: %w", err)
	}
	var got answer
	length := -1
	for first := true; ; first = false {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return answer{}, fmt.Errorf("read: %w", err)
		}
		text := strings.TrimSuffix(string(line), "\r\n")
		if text == "" {
			break
		}
		if first {
			if got.status, err = strconv.Atoi(strings.Fields(text)[1]); err != nil {
				return answer{}, err
			}
			continue
		}
		name, value, _ := strings.Cut(text, ": ")
		switch {
		case strings.EqualFold(name, "content-length"):
			if length, err = strconv.Atoi(value); err != nil {
				return answer{}, err
			}
		case strings.EqualFold(name, "x-cache"):
			got.cache = value
		}
	}
	if length < 0 {
		return answer{}, fmt.Errorf("an answer without a length")
	}
	_, err := io.CopyN(io.Discard, c.in, int64(length))
	return got, err
}
