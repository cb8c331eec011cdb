package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MomentoConfig says where a cache is and who is calling.
type MomentoConfig struct {
	// Cache is the cache's name.
	Cache string
	// Endpoint is the HTTP API of the region in which the cache is.
	Endpoint *url.URL
	Token    Token
}

// Momento is a cache at Momento, over its HTTP API: its client for Go, which speaks gRPC, is several times as large as this extension.
type Momento struct {
	config MomentoConfig
	http   *http.Client
}

// NewMomento makes a cache. Nothing is connected before the first call.
func NewMomento(config MomentoConfig) *Momento {
	return &Momento{config: config, http: &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			MaxConnsPerHost:     maxConnections,
			MaxIdleConnsPerHost: maxConnections,
			IdleConnTimeout:     maxIdle,
		},
		// Whoever redirects such a call must not get the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Name is what the log calls it.
func (m *Momento) Name() string { return "momento" }

// Get returns nil where there is nothing under the key.
func (m *Momento) Get(ctx context.Context, key string) ([]byte, error) {
	status, body, err := m.call(ctx, http.MethodGet, "key="+escape(key), nil)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusOK:
		return body, nil
	case status == http.StatusNotFound && !bytes.Contains(bytes.ToLower(body), []byte("cache not found")):
		return nil, nil
	}
	return nil, m.refusal("read an item", status)
}

// Set keeps a value for so long, in whole seconds.
func (m *Momento) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	seconds := max(1, (ttl+time.Second-1)/time.Second)
	query := "key=" + escape(key) + "&ttl_seconds=" + strconv.FormatInt(int64(seconds), 10)
	status, _, err := m.call(ctx, http.MethodPut, query, value)
	if err == nil && status/100 != 2 {
		err = m.refusal("write an item", status)
	}
	return err
}

func (m *Momento) call(ctx context.Context, method, query string, value []byte) (int, []byte, error) {
	token, err := m.config.Token.Get(ctx)
	if err != nil {
		return 0, nil, err
	}
	target := m.config.Endpoint.JoinPath("cache", url.PathEscape(m.config.Cache))
	target.RawQuery = query
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(value))
	if err != nil {
		return 0, nil, errors.New("MOMENTO_ENDPOINT is no URL of HTTP")
	}
	request.Header.Set("Authorization", token)
	if value != nil {
		request.Header.Set("Content-Type", "application/octet-stream")
		// Sent to nobody: it tells net/http that a request which a dead connection has swallowed may be sent again.
		request.Header["Idempotency-Key"] = []string{}
	}
	response, err := m.http.Do(request)
	if err != nil {
		return 0, nil, withoutURL(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if err == nil && len(body) > maxReply {
		err = fmt.Errorf("read an item: the answer has more than %d bytes", maxReply)
	}
	return response.StatusCode, body, err
}

// refusal says what a status means. The answer's words are not quoted: whoever sent them has the token.
func (m *Momento) refusal(doing string, status int) error {
	remedy := ""
	switch status {
	case http.StatusUnauthorized:
		m.config.Token.Reject()
		remedy = ": the API key is wrong or has expired"
	case http.StatusForbidden:
		m.config.Token.Reject()
		remedy = ": the API key does not allow it"
	case http.StatusNotFound:
		remedy = ": create the cache " + m.config.Cache + ", or correct MOMENTO_CACHE"
	case http.StatusTooManyRequests:
		remedy = ": a limit of the account is reached"
	}
	return fmt.Errorf("%s: HTTP status %d%s", doing, status, remedy)
}

// withoutURL takes method and URL, and so the key, out of the words of net/http.
func withoutURL(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// escape writes a key so that every decoder reads the same: a plus is a space to some.
func escape(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "+", "%20") }
