package source

import (
	"errors"
	"fmt"
	"strings"

	"example.com/templates/internal/awsjson"
)

// advice is what to do about a call's refusals.
type advice struct {
	// variable is where the name came from.
	variable string
	// action on resource is what the call needs.
	action, resource string
}

// add puts what to do behind the refusals that have a remedy.
func (a advice) add(err error, region string) error {
	refused, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		return err
	}
	switch refused.Code {
	case "ParameterNotFound", "ResourceNotFoundException":
		return fmt.Errorf("%w. Create %s in %s, or correct %s", err, a.resource, region, a.variable)
	case "ParameterVersionNotFound":
		return fmt.Errorf("%w. Correct what follows the colon in %s", err, a.variable)
	case "AccessDeniedException", "AccessDenied":
		action, resource := a.action, a.resource
		// What a service asks of another one in the role's name is refused in its own answer: only the words tell which it was.
		switch message := refused.Message; {
		case strings.Contains(message, "kms:") || strings.Contains(message, "KMS"):
			action, resource = "kms:Decrypt", a.resource+"'s key"
		case strings.Contains(message, "secretsmanager:"):
			action, resource = "secretsmanager:GetSecretValue", "the secret"
		}
		return fmt.Errorf("%w. Allow the function's role %s on %s", err, action, resource)
	}
	return err
}
