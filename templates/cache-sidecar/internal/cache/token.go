package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"example.com/templates/internal/awsjson"
	"golang.org/x/sync/singleflight"
)

// Token is what a service wants to see from its callers. It is safe for use by several goroutines at once.
type Token interface {
	Get(ctx context.Context) (string, error)
	// Reject says that the service does not want it: it may have been replaced meanwhile.
	Reject()
}

// FixedToken is a token that was given.
type FixedToken string

// Get returns it.
func (t FixedToken) Get(context.Context) (string, error) { return string(t), nil }

// Reject changes nothing: there is no other one.
func (t FixedToken) Reject() {}

// SecretsManager is the service that keeps secrets.
var SecretsManager = awsjson.Service{ID: "SECRETS_MANAGER", Name: "secretsmanager", Target: "secretsmanager"}

// secretTimeout bounds the reading of a secret, which goes on where the request that wanted it gave up.
const secretTimeout = 5 * time.Second

// SecretToken is a token that lies in AWS Secrets Manager. It is read when it is first needed, and again after it was rejected.
type SecretToken struct {
	id     string
	client *awsjson.Client
	flight singleflight.Group

	mu    sync.Mutex
	token string
}

// NewSecretToken makes a token of the secret with this name or ARN. The secret is the token itself, or a JSON object: its field
// MOMENTO_API_KEY, or the only one that it has.
func NewSecretToken(id string, config awsjson.Config) *SecretToken {
	return &SecretToken{id: id, client: awsjson.NewClient(SecretsManager, config)}
}

// Get returns the token, or why it cannot be had.
func (s *SecretToken) Get(ctx context.Context) (string, error) {
	s.mu.Lock()
	token := s.token
	s.mu.Unlock()
	if token != "" {
		return token, nil
	}
	result := s.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), secretTimeout)
		defer cancel()
		return s.read(ctx)
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("read the secret %s: %w", s.id, context.Cause(ctx))
	case read := <-result:
		if read.Err != nil {
			return "", fmt.Errorf("read the secret %s: %w", s.id, read.Err)
		}
		return read.Val.(string), nil
	}
}

// Reject has the secret read again.
func (s *SecretToken) Reject() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
}

func (s *SecretToken) read(ctx context.Context) (string, error) {
	var answer struct{ SecretString string }
	if err := s.client.Call(ctx, "GetSecretValue", map[string]string{"SecretId": s.id}, &answer); err != nil {
		return "", adviseSecret(err)
	}
	s.client.Close()
	token, err := tokenIn(answer.SecretString)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
	return token, nil
}

func adviseSecret(err error) error {
	if refused, ok := errors.AsType[*awsjson.Error](err); ok {
		switch refused.Code {
		case "ResourceNotFoundException":
			return fmt.Errorf("%w. Create the secret, or correct MOMENTO_SECRET_ID", err)
		case "AccessDeniedException":
			return fmt.Errorf("%w. Allow the function's role secretsmanager:GetSecretValue on the secret", err)
		}
	}
	return err
}

// tokenIn finds the token in a secret. Its errors quote nothing of it.
func tokenIn(secret string) (string, error) {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return "", errors.New("it is empty, or not text")
	}
	if !strings.HasPrefix(secret, "{") {
		return secret, nil
	}
	var fields map[string]string
	if err := json.Unmarshal([]byte(secret), &fields); err != nil {
		return "", errors.New("it is neither a token nor a JSON object of texts")
	}
	if token := fields["MOMENTO_API_KEY"]; token != "" {
		return token, nil
	}
	for _, token := range fields {
		if len(fields) == 1 && token != "" {
			return token, nil
		}
	}
	return "", errors.New("it has no field MOMENTO_API_KEY")
}
