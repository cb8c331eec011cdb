package table

import (
	"encoding/json"
	"errors"
	"fmt"
)

// attribute is a value as DynamoDB writes it: an object whose one field says the type.
type attribute struct {
	S    *string
	N    *string
	B    *string
	BOOL *bool
	NULL *bool
	M    map[string]attribute
	L    []attribute
	SS   []string
	NS   []string
	BS   []string
}

// plain is the value as encoding/json writes it: numbers with every digit, sets as lists, bytes in base64 as they came.
func (a attribute) plain() (any, error) {
	var values []any
	add := func(there bool, value any) {
		if there {
			values = append(values, value)
		}
	}
	number, err := digits(a.N)
	if err != nil {
		return nil, err
	}
	add(a.S != nil, a.S)
	add(a.N != nil, number)
	add(a.B != nil, a.B)
	add(a.BOOL != nil, a.BOOL)
	add(a.NULL != nil, nil)
	add(a.SS != nil, a.SS)
	add(a.BS != nil, a.BS)
	if a.NS != nil {
		numbers, err := each(a.NS, func(text string) (any, error) { return digits(&text) })
		if err != nil {
			return nil, err
		}
		add(true, numbers)
	}
	if a.L != nil {
		list, err := each(a.L, attribute.plain)
		if err != nil {
			return nil, err
		}
		add(true, list)
	}
	if a.M != nil {
		fields, err := plainMap(a.M)
		if err != nil {
			return nil, err
		}
		add(true, fields)
	}
	if len(values) != 1 {
		return nil, errors.New("an attribute has not exactly one type")
	}
	return values[0], nil
}

// digits is a number that stays as it was written: as a float it would lose digits.
func digits(text *string) (json.Number, error) {
	if text == nil {
		return "", nil
	}
	var number json.Number
	if err := json.Unmarshal([]byte(*text), &number); err != nil || number == "" {
		return "", fmt.Errorf("an attribute of type N is %.50q", *text)
	}
	return number, nil
}

func each[T any](values []T, convert func(T) (any, error)) ([]any, error) {
	list := make([]any, 0, len(values))
	for _, value := range values {
		converted, err := convert(value)
		if err != nil {
			return nil, err
		}
		list = append(list, converted)
	}
	return list, nil
}

func plainMap(attributes map[string]attribute) (map[string]any, error) {
	fields := make(map[string]any, len(attributes))
	for name, attribute := range attributes {
		value, err := attribute.plain()
		if err != nil {
			return nil, err
		}
		fields[name] = value
	}
	return fields, nil
}
