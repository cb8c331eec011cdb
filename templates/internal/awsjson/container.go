package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// containerTimeout bounds one request for credentials: who answers is on this machine.
const containerTimeout = time.Second

// containerWindow is how long before they expire credentials are asked for anew.
const containerWindow = 5 * time.Minute

// containerCredentials asks an endpoint for credentials that expire. Lambda has one in place of the variables with keys where SnapStart
// is on: an environment may be restored from a snapshot that is older than any key.
type containerCredentials struct {
	// url is AWS_CONTAINER_CREDENTIALS_FULL_URI.
	url string
	// token is AWS_CONTAINER_AUTHORIZATION_TOKEN; the content of tokenFile counts before it, and may change.
	token, tokenFile string
	http             *transport
}

// newContainerCredentials keeps what it was given until shortly before it expires.
func newContainerCredentials(url, token, tokenFile string) aws.CredentialsProvider {
	container := &containerCredentials{
		url:       url,
		token:     token,
		tokenFile: tokenFile,
		// Without a proxy, which must not see the token.
		http: &transport{trust: trustOf(nil, false)},
	}
	return aws.NewCredentialsCache(container, func(options *aws.CredentialsCacheOptions) { options.ExpiryWindow = containerWindow })
}

// Retrieve asks once.
func (c *containerCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := c.ask(ctx)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("ask %s for credentials: %w", c.url, err)
	}
	return credentials, nil
}

func (c *containerCredentials) ask(ctx context.Context) (aws.Credentials, error) {
	token, err := c.authorization()
	if err != nil {
		return aws.Credentials{}, err
	}
	if strings.ContainsAny(token, "\r\n") {
		return aws.Credentials{}, errors.New("the authorization token has more than one line")
	}
	ctx, cancel := context.WithTimeout(ctx, containerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return aws.Credentials{}, err
	}
	if !mayKnowToken(request.URL) {
		return aws.Credentials{}, errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI must begin with https:// or name this machine, 169.254.170.2 or 169.254.170.23")
	}
	// Hours lie between two of them.
	defer c.http.closeIdle()
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	got, err := c.http.exchange(request, nil)
	if err != nil {
		return aws.Credentials{}, &connectionError{err}
	}
	if got.Status != http.StatusOK {
		err := fmt.Errorf("HTTP status %d", got.Status)
		if got.Status >= 500 || got.Status == http.StatusTooManyRequests {
			return aws.Credentials{}, &connectionError{err}
		}
		return aws.Credentials{}, err
	}
	return readCredentials(got.Body)
}

func (c *containerCredentials) authorization() (string, error) {
	if c.tokenFile == "" {
		return c.token, nil
	}
	token, err := os.ReadFile(c.tokenFile)
	if err != nil {
		return "", fmt.Errorf("read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %w", err)
	}
	return strings.TrimSpace(string(token)), nil
}

// containerHosts are the addresses at which ECS and EKS give credentials.
var containerHosts = []netip.Addr{
	netip.AddrFrom4([4]byte{169, 254, 170, 2}),
	netip.AddrFrom4([4]byte{169, 254, 170, 23}),
	netip.AddrFrom16([16]byte{0: 0xfd, 1: 0x00, 2: 0x0e, 3: 0xc2, 15: 0x23}),
}

// mayKnowToken holds to the rule of AWS's SDKs: in the clear, the token goes to this machine and its container's host alone. Other than
// there, no name but localhost is looked up for that.
func mayKnowToken(url *url.URL) bool {
	if url.Scheme != "http" {
		return url.Scheme == "https"
	}
	if url.Hostname() == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(url.Hostname())
	if err != nil {
		return false
	}
	for _, host := range containerHosts {
		if address == host {
			return true
		}
	}
	return address.IsLoopback()
}

func readCredentials(body []byte) (aws.Credentials, error) {
	var answer struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		Token           string
		Expiration      time.Time
	}
	// What was sent is a secret: it is not quoted.
	if json.Unmarshal(body, &answer) != nil || answer.AccessKeyID == "" || answer.SecretAccessKey == "" {
		return aws.Credentials{}, errors.New("the answer holds none")
	}
	return aws.Credentials{
		AccessKeyID:     answer.AccessKeyID,
		SecretAccessKey: answer.SecretAccessKey,
		SessionToken:    answer.Token,
		CanExpire:       !answer.Expiration.IsZero(),
		Expires:         answer.Expiration,
	}, nil
}
