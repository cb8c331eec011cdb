// The parts of bench/proxy.js that have to be quick: a Lambda that answers at once, a runtime that asks it, and the two proxies that ours
// is compared with.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

const id = "8a2f0f8e-6d7a-4a55-9d0c-6f0e7c1b2a33"

func main() {
	switch os.Args[1] {
	case "lambda":
		serveLambda(os.Args[2])
	case "copy":
		serveCopy(os.Args[2], os.Args[3])
	case "reverse":
		serveReverse(os.Args[2], os.Args[3])
	case "runtime":
		count, err := strconv.Atoi(os.Args[3])
		check(err)
		ask(os.Args[2], count)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp4", address)
	check(err)
	return listener
}

// serveLambda answers what an extension and a runtime ask, without any thought. SHUTDOWN never comes.
func serveLambda(address string) {
	event := `{"text":"` + strings.Repeat("x", 200-len(`{"text":""}`)) + `"}`
	answers := map[string]string{
		"/2020-01-01/extension/register": "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: " + id + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"/2018-06-01/runtime/invocation/next": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: " + id +
			"\r\nLambda-Runtime-Deadline-Ms: 1763712000000\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:bench\r\n" +
			"Lambda-Runtime-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0\r\n" +
			fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(event), event),
		"/2018-06-01/runtime/invocation/" + id + "/response": "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n",
	}
	listener := listen(address)
	for {
		conn, err := listener.Accept()
		check(err)
		go func() {
			in := bufio.NewReader(conn)
			for {
				first, _, err := message(in)
				if err != nil {
					return
				}
				// An extension's next has no answer here: it waits.
				if answer, ok := answers[strings.Fields(first)[1]]; ok {
					_, err = io.WriteString(conn, answer)
					check(err)
				}
			}
		}()
	}
}

// serveCopy is the least that anything in between can cost.
func serveCopy(address, upstream string) {
	listener := listen(address)
	for {
		conn, err := listener.Accept()
		check(err)
		go func() {
			up, err := net.Dial("tcp4", upstream)
			check(err)
			pass := func(to, from net.Conn) {
				buffer := make([]byte, 32<<10)
				// Hidden behind these, the connections are copied by reading and writing.
				_, _ = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, buffer)
				_ = to.Close()
			}
			go pass(up, conn)
			pass(conn, up)
		}()
	}
}

func serveReverse(address, upstream string) {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: upstream})
	proxy.FlushInterval = -1
	check(http.Serve(listen(address), proxy))
}

// ask plays a runtime: it prints the nanoseconds that each event and each answer took.
func ask(address string, count int) {
	conn, err := net.Dial("tcp4", address)
	check(err)
	in := bufio.NewReader(conn)
	exchange := func(request string) int64 {
		start := time.Now()
		_, err := io.WriteString(conn, request)
		check(err)
		_, _, err = message(in)
		check(err)
		return time.Since(start).Nanoseconds()
	}
	next := "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: bench\r\n\r\n"
	answer := "POST /2018-06-01/runtime/invocation/" + id + "/response HTTP/1.1\r\nHost: " + address +
		"\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n" + strings.Repeat("x", 200)
	var times struct{ Events, Answers []int64 }
	for range count {
		times.Events = append(times.Events, exchange(next))
		times.Answers = append(times.Answers, exchange(answer))
	}
	check(json.NewEncoder(os.Stdout).Encode(times))
}

// message reads one: its first line and its body.
func message(in *bufio.Reader) (string, []byte, error) {
	var first string
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", nil, err
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		if first == "" {
			first = line
		} else if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "content-length") {
			if length, err = strconv.Atoi(value); err != nil {
				return "", nil, err
			}
		} else if strings.EqualFold(name, "transfer-encoding") {
			return "", nil, fmt.Errorf("%s: %s", name, value)
		}
	}
	body := bytes.NewBuffer(make([]byte, 0, length))
	_, err := io.CopyN(body, in, int64(length))
	return first, body.Bytes(), err
}
