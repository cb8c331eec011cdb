package main

import (
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
)

// The events go the way that Lambda sends them: JSON in, JSON out.
func TestHandle(t *testing.T) {
	tests := map[string]struct{ event, want string }{
		"all fields":     {`{"id":"tpaschalis","val":100,"flag":true}`, `"{ID:tpaschalis Val:100 Flag:true}"`},
		"none":           {`{}`, `"{ID: Val:0 Flag:false}"`},
		"an unknown one": {`{"id":"a","more":1}`, `"{ID:a Val:0 Flag:false}"`},
		"non-ASCII":      {`{"id":"grüß 日本","val":-1}`, `"{ID:grüß 日本 Val:-1 Flag:false}"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := lambda.NewHandler(handle).Invoke(t.Context(), []byte(test.event))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("answer = %s, want %s", got, test.want)
			}
		})
	}
}

func TestHandleRefusesWrongTypes(t *testing.T) {
	for _, event := range []string{`{"val":"a hundred"}`, `{"flag":1}`, `[]`, `no JSON`} {
		if answer, err := lambda.NewHandler(handle).Invoke(t.Context(), []byte(event)); err == nil {
			t.Errorf("%s was answered with %s", event, answer)
		}
	}
}
