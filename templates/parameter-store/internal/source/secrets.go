package source

import (
	"context"
	"fmt"
)

// secrets reads one after the other over one connection: the call that takes several needs a permission on all secrets.
func (r Reader) secrets(ctx context.Context, set Set) ([]Value, error) {
	if len(set.Secrets) == 0 {
		return nil, nil
	}
	client := r.client(secretsManager, r.Secrets)
	defer client.Close()
	values := make([]Value, 0, len(set.Secrets))
	for _, reference := range set.Secrets {
		request := struct {
			ID string `json:"SecretId"`
		}{reference.ID}
		var answer struct {
			Name         string
			SecretString *string
			SecretBinary []byte
		}
		if err := client.Call(ctx, "GetSecretValue", request, &answer); err != nil {
			return nil, advice{"SECRET_ID", "secretsmanager:GetSecretValue", "the secret"}.add(err, r.Secrets.Region)
		}
		// An ARN ends in characters that are not the name's.
		name := answer.Name
		if name == "" {
			name = reference.ID
		}
		value := Value{Path: reference.under(name), Origin: "secret " + reference.ID}
		switch {
		case answer.SecretString != nil:
			value.Text = *answer.SecretString
		case answer.SecretBinary != nil:
			value.Text, value.Binary = string(answer.SecretBinary), true
		default:
			return nil, fmt.Errorf("GetSecretValue: the answer holds no value of %s", reference.ID)
		}
		values = append(values, value)
	}
	return values, nil
}
