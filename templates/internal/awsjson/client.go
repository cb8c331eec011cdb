// Package awsjson calls AWS services that speak AWS's JSON protocol, with AWS's own signer and little else: a service's whole SDK
// client would make the binary half as large again and its start twice as long.
package awsjson

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Service is an AWS service as its callers must name it.
type Service struct {
	// ID is the service in AWS_ENDPOINT_URL_<ID>, e.g. SSM.
	ID string
	// Name is the service in host names and signatures, e.g. ssm.
	Name string
	// Target stands before the operation in the header X-Amz-Target, e.g. AmazonSSM.
	Target string
	// JSON is the version of AWS's JSON protocol that it speaks: 1.0 (DynamoDB), or 1.1 (SSM, Secrets Manager), which an empty text
	// stands for.
	JSON string
}

func (s Service) contentType() string {
	return "application/x-amz-json-" + first(s.JSON, "1.1")
}

// Config says where a service is and as whom to call it.
type Config struct {
	Region      string
	Endpoint    string
	Credentials aws.CredentialsProvider
	// CABundle is a file of the only certificates to trust as issuers. Where it is empty, Amazon's own are, and the system's.
	CABundle string
	Retry    Retry
}

// Client calls one service, over connections that it keeps for a while. It is safe for use by several goroutines at once.
type Client struct {
	service Service
	config  Config
	signer  *v4.Signer
	http    *transport
	// err is why nothing can be called.
	err error
}

// NewClient makes a client; what is wrong with the configuration is told by every call.
func NewClient(service Service, config Config) *Client {
	http, err := newTransport(config.CABundle)
	if err == nil {
		err = config.check()
	}
	return &Client{service: service, config: config, signer: v4.NewSigner(), http: http, err: err}
}

// Call sends one request and reads its answer into out, which may be nil. It tries again where that can help, as Config.Retry says,
// and returns an *Error where the service has refused.
func (c *Client) Call(ctx context.Context, operation string, in, out any) error {
	if c.err != nil {
		return c.err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.config.Retry.do(ctx, func(ctx context.Context) ([]byte, error) {
		return c.send(ctx, operation, body)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		// The answer itself may hold a secret: it is not quoted.
		return fmt.Errorf("%s: %s answered with something that is not its JSON", operation, c.config.Endpoint)
	}
	return nil
}

// Close gives up idle connections, for who does not call again soon. The client can still be used.
func (c *Client) Close() {
	c.http.closeIdle()
}

func (c *Client) send(ctx context.Context, operation string, body []byte) ([]byte, error) {
	credentials, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.Endpoint, nil)
	if err != nil {
		return nil, err
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", c.service.contentType())
	request.Header.Set("X-Amz-Target", c.service.Target+"."+operation)
	hash := sha256.Sum256(body)
	err = c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), c.service.Name, c.config.Region, time.Now())
	if err != nil {
		return nil, err
	}
	// A redirect is not followed: AWS never sends one for such a call, and whoever does must not get the session token.
	got, err := c.http.exchange(request, body)
	if err != nil {
		return nil, &connectionError{err}
	}
	if got.Status != http.StatusOK {
		return nil, refusal(got)
	}
	return got.Body, nil
}

func (c Config) check() error {
	switch {
	case c.Region == "" || c.Endpoint == "":
		return errors.New("AWS_REGION is not set")
	case c.Credentials == nil:
		return errNoCredentials
	}
	// A URL that is none of HTTP would be called in the clear.
	to, err := url.Parse(c.Endpoint)
	if err != nil || to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https" {
		return errors.New("the endpoint is no URL of HTTP. Correct AWS_ENDPOINT_URL, or the variable that begins so")
	}
	return nil
}
