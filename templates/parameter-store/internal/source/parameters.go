package source

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/templates/internal/awsjson"
)

// batch is the most that one call of GetParameters takes.
const batch = 10

// parameterAnswer is a parameter as Parameter Store shows it.
type parameterAnswer struct {
	Name, ARN string
	// Selector is the version or label that was asked for, with its colon.
	Selector string
	Version  int64
	Value    *string
}

func (r Reader) parameters(ctx context.Context, set Set) ([]Value, error) {
	if len(set.Parameters)+len(set.Paths) == 0 {
		return nil, nil
	}
	client := r.client(ssm, r.SSM)
	defer client.Close()
	values, err := r.named(ctx, client, set.Parameters)
	if err != nil {
		return nil, err
	}
	for _, path := range set.Paths {
		below, err := r.below(ctx, client, path)
		if err != nil {
			return nil, err
		}
		values = append(values, below...)
	}
	return values, nil
}

// named reads one parameter with the call that needs the fewest permissions, and several in as few calls as possible.
func (r Reader) named(ctx context.Context, client *awsjson.Client, references []Reference) ([]Value, error) {
	if len(references) == 1 {
		return r.one(ctx, client, references[0])
	}
	var values []Value
	for len(references) > 0 {
		size := min(batch, len(references))
		found, err := r.several(ctx, client, references[:size])
		if err != nil {
			return nil, err
		}
		values = append(values, found...)
		references = references[size:]
	}
	return values, nil
}

func (r Reader) one(ctx context.Context, client *awsjson.Client, reference Reference) ([]Value, error) {
	request := struct {
		Name           string
		WithDecryption bool
	}{reference.ID, true}
	var answer struct{ Parameter parameterAnswer }
	if err := client.Call(ctx, "GetParameter", request, &answer); err != nil {
		return nil, advice{"PARAMETER_NAME", "ssm:GetParameter", "the parameter"}.add(err, r.SSM.Region)
	}
	if answer.Parameter.Value == nil {
		return nil, errors.New("GetParameter: the answer holds no value")
	}
	return []Value{parameterValue(reference, *answer.Parameter.Value)}, nil
}

func (r Reader) several(ctx context.Context, client *awsjson.Client, references []Reference) ([]Value, error) {
	request := struct {
		Names          []string
		WithDecryption bool
	}{WithDecryption: true}
	asked := map[string]bool{}
	for _, reference := range references {
		// A name may stand twice, under two keys; AWS wants it once.
		if !asked[reference.ID] {
			request.Names = append(request.Names, reference.ID)
			asked[reference.ID] = true
		}
	}
	var answer struct {
		Parameters        []parameterAnswer
		InvalidParameters []string
	}
	if err := client.Call(ctx, "GetParameters", request, &answer); err != nil {
		return nil, advice{"PARAMETER_NAME", "ssm:GetParameters", "the parameters"}.add(err, r.SSM.Region)
	}
	if missing := answer.InvalidParameters; len(missing) > 0 {
		return nil, fmt.Errorf("GetParameters: there is no %s. Create it in %s, or correct PARAMETER_NAME",
			strings.Join(missing, " and no "), r.SSM.Region)
	}
	// They come in any order, and under the name whatever they were asked for by.
	found := map[string]*string{}
	for _, parameter := range answer.Parameters {
		for _, name := range []string{parameter.Name, parameter.ARN} {
			found[name+parameter.Selector] = parameter.Value
			found[name+":"+strconv.FormatInt(parameter.Version, 10)] = parameter.Value
		}
	}
	values := make([]Value, 0, len(references))
	for _, reference := range references {
		value := found[reference.ID]
		if value == nil {
			return nil, fmt.Errorf("GetParameters: the answer holds no value of %s", reference.ID)
		}
		values = append(values, parameterValue(reference, *value))
	}
	return values, nil
}

func parameterValue(reference Reference, text string) Value {
	return Value{Path: reference.under(reference.ID), Text: text, Origin: "parameter " + reference.ID}
}

// below reads all that lies below a path, at whatever depth, page by page.
func (r Reader) below(ctx context.Context, client *awsjson.Client, reference Reference) ([]Value, error) {
	path := "/" + strings.Trim(reference.ID, "/")
	if !strings.HasPrefix(reference.ID, "/") {
		return nil, fmt.Errorf("PARAMETER_PATH is %q. Set it to a path that begins with a slash, e.g. /orders/prod", reference.ID)
	}
	request := struct {
		Path                      string
		Recursive, WithDecryption bool
		NextToken                 string `json:",omitempty"`
	}{Path: path, Recursive: true, WithDecryption: true}
	var values []Value
	for {
		var answer struct {
			Parameters []parameterAnswer
			NextToken  string
		}
		if err := client.Call(ctx, "GetParametersByPath", request, &answer); err != nil {
			return nil, advice{"PARAMETER_PATH", "ssm:GetParametersByPath", "the path"}.add(err, r.SSM.Region)
		}
		for _, parameter := range answer.Parameters {
			relative, ok := strings.CutPrefix(parameter.Name, strings.TrimSuffix(path, "/")+"/")
			keys := split(relative)
			if !ok || len(keys) == 0 || parameter.Value == nil {
				return nil, fmt.Errorf("GetParametersByPath: the answer holds something that is not below %s, or no value", path)
			}
			values = append(values, Value{
				Path:   append(split(reference.Key), keys...),
				Text:   *parameter.Value,
				Origin: "parameter " + parameter.Name,
			})
		}
		if answer.NextToken == "" {
			break
		}
		if answer.NextToken == request.NextToken {
			return nil, errors.New("GetParametersByPath: the answer leads to itself as its next page")
		}
		request.NextToken = answer.NextToken
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("GetParametersByPath: there is no parameter below %s. Create one in %s, or correct PARAMETER_PATH",
			path, r.SSM.Region)
	}
	return values, nil
}
