package awsjson

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var errNoCredentials = errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")

// StaticCredentials are credentials that stay as they are, like those in a function's variables: Lambda gives each environment new ones
// and ends it before they expire.
type StaticCredentials aws.Credentials

// Retrieve returns the credentials. It fails where there are none.
func (s StaticCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	if credentials := aws.Credentials(s); credentials.HasKeys() {
		return credentials, nil
	}
	return aws.Credentials{}, errNoCredentials
}
