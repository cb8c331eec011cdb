package sidecar

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
)

// maxKey is the longest partition key that DynamoDB has, in bytes.
const maxKey = 2048

// Values of headers, made once.
var (
	hit             = []string{"hit"}
	miss            = []string{"miss"}
	applicationJSON = []string{"application/json"}
)

type handler struct {
	reader *Reader
	log    *slog.Logger
}

// NewHandler answers GET /{key} with what a reader knows of the key. All that it says is JSON: an item, or {"error": …}.
func NewHandler(reader *Reader, log *slog.Logger) http.Handler {
	h := &handler{reader, log}
	router := chi.NewRouter()
	router.Get("/{key}", h.get)
	router.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusBadRequest, "ask for /{key}, and write a slash in the key as %2F")
	})
	router.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", http.MethodGet)
		fail(w, http.StatusMethodNotAllowed, "items can be read, with GET, and nothing else")
	})
	return router
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	key, err := keyOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	answer, err := h.reader.Read(r.Context(), key)
	if err != nil {
		h.failed(w, r, key, err)
		return
	}
	header := w.Header()
	header["Age"] = []string{strconv.FormatInt(int64(answer.Age/time.Second), 10)}
	header["X-Cache"] = miss
	if answer.Hit {
		header["X-Cache"] = hit
	}
	if h.log.Enabled(r.Context(), slog.LevelDebug) {
		h.log.Debug(header["X-Cache"][0], "key", key, "found", answer.Item != nil, "age", answer.Age)
	}
	if answer.Item == nil {
		fail(w, http.StatusNotFound, "not found")
		return
	}
	send(w, http.StatusOK, answer.Item)
}

func (h *handler) failed(w http.ResponseWriter, r *http.Request, key string, err error) {
	if r.Context().Err() != nil {
		h.log.Debug("the caller is gone", "key", key)
		return
	}
	h.log.Error("no answer", "key", key, "error", err)
	status := http.StatusBadGateway
	if errors.Is(err, context.DeadlineExceeded) {
		status = http.StatusGatewayTimeout
	}
	fail(w, status, err.Error())
}

// keyOf is the path's one part, decoded once: chi goes by the path as it was sent where that is not what net/url would have written.
func keyOf(r *http.Request) (string, error) {
	key := chi.URLParam(r, "key")
	if r.URL.RawPath != "" {
		var err error
		if key, err = url.PathUnescape(key); err != nil {
			return "", errors.New("the key is not percent-encoded as a path is")
		}
	}
	switch {
	case len(key) > maxKey:
		return "", errors.New("the key has more than " + strconv.Itoa(maxKey) + " bytes")
	case !utf8.ValidString(key):
		return "", errors.New("the key is not UTF-8")
	}
	return key, nil
}

func fail(w http.ResponseWriter, status int, why string) {
	// A map of strings can always be written.
	body, _ := json.Marshal(map[string]string{"error": why})
	send(w, status, body)
}

func send(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = applicationJSON
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	// Who no longer listens misses nothing.
	_, _ = w.Write(body)
}
