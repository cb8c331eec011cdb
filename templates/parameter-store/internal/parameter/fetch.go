// Package parameter reads a parameter from AWS Systems Manager Parameter Store.
package parameter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/templates/internal/awsjson"
)

// SSM is the service that keeps parameters.
var SSM = awsjson.Service{ID: "SSM", Name: "ssm", Target: "AmazonSSM"}

// Fetch returns the value of the parameter with this name, path or ARN, decrypted where it is a SecureString. Its errors say what to
// do about them.
func Fetch(ctx context.Context, config awsjson.Config, name string) (string, error) {
	client := awsjson.NewClient(SSM, config)
	defer client.Close()
	request := struct {
		Name           string
		WithDecryption bool
	}{name, true}
	var answer struct {
		Parameter struct {
			Value *string
		}
	}
	if err := client.Call(ctx, "GetParameter", request, &answer); err != nil {
		return "", advise(err, config.Region)
	}
	if answer.Parameter.Value == nil {
		return "", errors.New("GetParameter: the answer holds no value")
	}
	return *answer.Parameter.Value, nil
}

// advise adds what to do to the refusals that have a remedy.
func advise(err error, region string) error {
	refused, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		return err
	}
	switch refused.Code {
	case "ParameterNotFound":
		return fmt.Errorf("%w. Create the parameter in %s, or correct PARAMETER_NAME", err, region)
	case "ParameterVersionNotFound":
		return fmt.Errorf("%w. Correct what follows the colon in PARAMETER_NAME", err)
	case "AccessDeniedException", "AccessDenied":
		// The key's refusal comes through SSM: only its words tell it from the parameter's.
		action, resource := "ssm:GetParameter", "the parameter"
		if strings.Contains(refused.Message, "kms:") || strings.Contains(refused.Message, "KMS") {
			action, resource = "kms:Decrypt", "the parameter's key"
		}
		return fmt.Errorf("%w. Allow the function's role %s on %s", err, action, resource)
	}
	return err
}
