package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// store answers for parameters and secrets by the operation.
func store(byOperation map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		_, _ = io.WriteString(w, byOperation[operation])
	}
}

func TestSeveralValues(t *testing.T) {
	all := store(map[string]string{
		"GetParameter":        `{"Parameter":{"Value":"debug"}}`,
		"GetParameters":       `{"Parameters":[{"Name":"/a/b","Value":"1"},{"Name":"/a/c","Value":"2"}]}`,
		"GetParametersByPath": `{"Parameters":[{"Name":"/o/db/host","Value":"h"}]}`,
		"GetSecretValue":      `{"Name":"prod/key","SecretString":"{\"k\": 1}"}`,
	})
	tests := map[string]struct {
		env        map[string]string
		want, said string
	}{
		"names": {map[string]string{"PARAMETER_NAME": "/a/b,/a/c"}, `{"b":"1","c":"2"}` + "\n", "Fetching parameters: /a/b, /a/c\n"},
		"all kinds": {
			map[string]string{"PARAMETER_NAME": "/x/level", "PARAMETER_PATH": "/o", "SECRET_ID": "prod/key"},
			`{"db":{"host":"h"},"key":{"k":1},"level":"debug"}` + "\n", "3 values written to ",
		},
		"as .env":  {map[string]string{"PARAMETER_NAME": "", "PARAMETER_PATH": "/o", "CONFIG_FORMAT": "env"}, "DB_HOST='h'\n", "Fetching parameters below: /o\n"},
		"a secret": {map[string]string{"PARAMETER_NAME": "", "SECRET_ID": "prod/key"}, `{"k": 1}`, "Secret written to "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lambda{events: []any{shutdown}, ssm: all, file: filepath.Join(t.TempDir(), "app.json")}
			out, err := start(t, l, test.env)
			if err != nil || string(l.fileAtNext) != test.want || !strings.Contains(out, test.said) {
				t.Errorf("file = %q, want %q, error %v, log:\n%s", l.fileAtNext, test.want, err, out)
			}
		})
	}
}

func TestABinarySecretIsAFileOfItsOwn(t *testing.T) {
	binary := store(map[string]string{"GetSecretValue": `{"Name":"key","SecretBinary":"AAH/"}`})
	l := &lambda{events: []any{shutdown}, ssm: binary, file: filepath.Join(t.TempDir(), "app.json")}
	if _, err := start(t, l, map[string]string{"PARAMETER_NAME": "", "SECRET_ID": "key"}); err != nil || string(l.fileAtNext) != "\x00\x01\xff" {
		t.Errorf("file = %q, error %v", l.fileAtNext, err)
	}
	l = &lambda{events: []any{shutdown}, ssm: binary, file: l.file}
	out, err := start(t, l, map[string]string{"PARAMETER_NAME": "", "SECRET_ID": "key", "CONFIG_FORMAT": "json"})
	if err != nil || l.fileAtNext != nil || !strings.Contains(out, "secret key is binary, for which neither JSON nor .env has a form. Read it alone") {
		t.Errorf("file = %q, error %v, log:\n%s", l.fileAtNext, err, out)
	}
}
