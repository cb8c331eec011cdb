package awsjson

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Retry says how long to try. Lambda's INIT phase has ten seconds for every extension and the runtime together, and the function
// waits meanwhile: whoever calls in INIT bounds the whole with the context.
type Retry struct {
	// Attempts is how often a request is sent at most.
	Attempts int
	// Timeout ends one attempt.
	Timeout time.Duration
	// Backoff is waited after the first attempt and doubles after each further one; chance takes away up to half of it, so that the
	// environments of one burst do not come back together.
	Backoff time.Duration
}

// DefaultRetry waits about two and a half seconds in all where every attempt is refused at once.
var DefaultRetry = Retry{Attempts: 6, Timeout: 2 * time.Second, Backoff: 100 * time.Millisecond}

// do calls send until it succeeds, fails for good, or the attempts or the context's time are used up. The last attempt's error is the
// one that is told.
func (r Retry) do(ctx context.Context, send func(context.Context) ([]byte, error)) ([]byte, error) {
	backoff := r.Backoff
	for attempt := 1; ; attempt++ {
		answer, err := r.once(ctx, send)
		if err == nil || !retryable(err) {
			return answer, err
		}
		pause := backoff/2 + rand.N(backoff/2+1)
		if attempt >= r.Attempts || !sleep(ctx, pause) {
			return nil, fmt.Errorf("%w, tried %s", err, times(attempt))
		}
		backoff *= 2
	}
}

func (r Retry) once(ctx context.Context, send func(context.Context) ([]byte, error)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	return send(ctx)
}

// sleep reports whether there is time for another attempt afterwards; where there is none, it does not wait at all.
func sleep(ctx context.Context, pause time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// throttlingCodes are the names under which AWS's services say "slower"; most of them come with status 400.
var throttlingCodes = map[string]bool{
	"Throttling":                             true,
	"ThrottlingException":                    true,
	"ThrottledException":                     true,
	"RequestThrottledException":              true,
	"TooManyRequestsException":               true,
	"RequestLimitExceeded":                   true,
	"RequestThrottled":                       true,
	"SlowDown":                               true,
	"ProvisionedThroughputExceededException": true,
	"PriorRequestNotComplete":                true,
}

func retryable(err error) bool {
	if refused, ok := errors.AsType[*Error](err); ok {
		switch refused.Status {
		case http.StatusTooManyRequests, http.StatusRequestTimeout: // the latter is a proxy's farewell to an idle connection
			return true
		}
		return refused.Status >= 500 || throttlingCodes[refused.Code]
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	_, ok := errors.AsType[*connectionError](err)
	return ok
}

// connectionError is a request that got no whole answer. All that this package calls can be repeated without harm.
type connectionError struct{ cause error }

func (e *connectionError) Error() string {
	if errors.Is(e.cause, context.DeadlineExceeded) {
		return "no answer in time: " + e.cause.Error()
	}
	return e.cause.Error()
}

func (e *connectionError) Unwrap() error { return e.cause }

func times(count int) string {
	if count == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", count)
}
