package http1

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func TestARequestIsReadByNetHTTP(t *testing.T) {
	tests := map[string]Request{
		"a body":  {Method: "POST", Target: "/a?b=c", Host: "h:1", Header: map[string][]string{"X-A": {"1", "2"}}, Body: []byte("grüß")},
		"nothing": {Method: "POST", Target: "/", Host: "h"},
		"a GET":   {Method: "GET", Target: "/", Host: "h"},
		"a proxy": {Method: "POST", Target: "http://h/a", Host: "h", Body: []byte("x")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var sent bytes.Buffer
			if err := test.Write(&sent); err != nil {
				t.Fatal(err)
			}
			got, err := http.ReadRequest(bufio.NewReader(&sent))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(got.Body)
			if err != nil || !bytes.Equal(body, test.Body) {
				t.Errorf("body = %q, %v", body, err)
			}
			if got.Method != test.Method || got.RequestURI != test.Target || got.Host != test.Host {
				t.Errorf("got %s %s of %s", got.Method, got.RequestURI, got.Host)
			}
			if strings.Join(got.Header["X-A"], " ") != strings.Join(test.Header["X-A"], " ") {
				t.Errorf("header = %v", got.Header)
			}
			if length := got.Header.Get("Content-Length"); (length == "") != (test.Method == "GET") {
				t.Errorf("Content-Length = %q", length)
			}
		})
	}
}

func TestAHeaderOfTwoLinesIsRefused(t *testing.T) {
	var sent bytes.Buffer
	err := Request{Method: "GET", Target: "/", Host: "h", Header: map[string][]string{"X-A": {"secret\r\nX-B: 1"}}}.Write(&sent)
	if err == nil || err.Error() != "the header X-A has more than one line" || sent.Len() > 0 {
		t.Errorf("error = %v, sent %q", err, sent.String())
	}
}

func TestReadAnswer(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	tests := map[string]struct {
		text   string
		status int
		body   string
		last   bool
		err    string
	}{
		"a length":             {head + "Content-Length: 3\r\n\r\nabc", 200, "abc", false, ""},
		"chunks":               {head + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n", 200, "abc", false, ""},
		"to the end":           {head + "\r\nabc", 200, "abc", true, ""},
		"the last one":         {head + "Connection: Close\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, ""},
		"the last of a list":   {head + "Connection: x, close\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, ""},
		"more than its length": {head + "Content-Length: 3\r\n\r\nabc" + head + "Content-Length: 0\r\n\r\n", 200, "abc", true, ""},
		"more than none":       {"HTTP/1.1 204 No Content\r\n\r\nabc", 204, "", true, ""},
		"a length and chunks":  {head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200, "a", true, ""},
		"a long header":        {head + "X: " + strings.Repeat("x", 9000) + "\r\nContent-Length: 1\r\n\r\na", 200, "a", false, ""},
		"of an older time":     {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, ""},
		"after a word before":  {"HTTP/1.1 100 Continue\r\n\r\n" + head + "Content-Length: 1\r\n\r\na", 200, "a", false, ""},
		"no content":           {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", false, ""},
		"no words":             {"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, "", false, ""},
		"no HTTP":              {"SSH-2.0-x\r\n\r\n", 0, "", false, `the answer is not HTTP: "SSH-2.0-x"`},
		"a wild length":        {head + "Content-Length: -1\r\n\r\n", 0, "", false, `the answer's Content-Length is "-1"`},
		"two lengths":          {head + "Content-Length: 1\r\nContent-Length: 3\r\n\r\nabc", 0, "", false, `the answer's Content-Length is "1, 3"`},
		"no plain coding":      {head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, "", false, `the answer's Transfer-Encoding is "gzip, chunked"`},
		"two codings":          {head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n", 0, "", false, `the answer's Transfer-Encoding is "chunked, x"`},
		"a wild chunk":         {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 0, "", false, `the answer has a chunk of size "zz"`},
		"an endless chunk":     {head + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 0, "", false, "the answer has a chunk without an end"},
		"a length too large":   {head + "Content-Length: 9\r\n\r\n123456789", 0, "", false, "the answer has more than 8 bytes"},
		"chunks too large":     {head + "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n", 0, "", false, "the answer has more than 8 bytes"},
		"an end too late":      {head + "\r\n123456789", 0, "", false, "the answer has more than 8 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ReadAnswer(bufio.NewReader(strings.NewReader(test.text)), 8)
			if slow, _ := ReadAnswer(bufio.NewReader(iotest.OneByteReader(strings.NewReader(test.text))), 8); string(slow.Body) != string(got.Body) {
				t.Errorf("byte by byte, the body is %q", slow.Body)
			}
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) {
					t.Errorf("error = %v, want %s", err, test.err)
				}
				return
			}
			if err != nil || got.Status != test.status || string(got.Body) != test.body || got.Last != test.last {
				t.Errorf("got %d %q, last %v, %v", got.Status, got.Body, got.Last, err)
			}
		})
	}
}

// FuzzReadAnswer has a server say anything: what is taken for an answer, net/http takes for the same one.
func FuzzReadAnswer(f *testing.F) {
	const head = "HTTP/1.1 200 OK\r\n"
	for _, seed := range []string{
		head + "Content-Length: 3\r\n\r\nabc",
		head + "Transfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\nX: y\r\n\r\n",
		head + "\r\nabc",
		"HTTP/1.1 100 Continue\r\n\r\n" + head + "Content-Length: 0\r\n\r\n",
		head + "A: b\r\n c\r\nContent-Length: 1, 1\r\n\r\na",
		head + "Content-Length : 3\r\n\r\nabc",
		"HTTP/1. 2000\n\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		got, err := ReadAnswer(bufio.NewReader(strings.NewReader(said)), 1<<10)
		if err != nil {
			return
		}
		in := bufio.NewReader(strings.NewReader(said))
		for {
			response, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("we read %d %q, net/http says %v", got.Status, got.Body, err)
			}
			if response.StatusCode < 200 {
				continue
			}
			if response.ProtoMinor == 0 {
				return // net/http does not look at Transfer-Encoding there
			}
			body, err := io.ReadAll(response.Body)
			if err != nil && strings.Contains(err.Error(), "trailer") {
				return // which nobody reads here
			}
			if err != nil || response.StatusCode != got.Status || !bytes.Equal(body, got.Body) {
				t.Fatalf("we read %d %q, net/http %d %q, %v", got.Status, got.Body, response.StatusCode, body, err)
			}
			return
		}
	})
}

func TestAnAnswerThatBreaksOff(t *testing.T) {
	for _, whole := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	} {
		for length := range len(whole) {
			got, err := ReadAnswer(bufio.NewReader(strings.NewReader(whole[:length])), 8)
			if err == nil {
				t.Errorf("%q is taken for an answer: %q", whole[:length], got.Body)
			}
			if length == 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error = %v", err)
			}
		}
	}
}

// endless repeats a text for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[i%len(e)]
	}
	return len(p), nil
}

func TestAnEndlessAnswerIsNotKept(t *testing.T) {
	for name, begin := range map[string]string{
		"a status line": "HTTP/1.1 200 ",
		"a header":      "HTTP/1.1 200 OK\r\nX: ",
		"headers":       "HTTP/1.1 200 OK\r\n",
		"a chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
		"trailers":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			more := endless("x")
			if strings.HasSuffix(name, "ers") {
				more = "X: y\r\n\t"
			}
			if _, err := ReadAnswer(bufio.NewReader(io.MultiReader(strings.NewReader(begin), more)), 8); err == nil {
				t.Error("it has an end")
			}
		})
	}
}

func TestReadHeadLeavesWhatFollows(t *testing.T) {
	in := bufio.NewReader(strings.NewReader("HTTP/1.1 200 Connection established\r\n\r\nTLS"))
	got, err := ReadHead(in)
	if err != nil || got.Status != 200 {
		t.Fatalf("got %d, %v", got.Status, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "TLS" {
		t.Errorf("left is %q", rest)
	}
}
