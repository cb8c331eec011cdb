package main

import (
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	options := optionsFromEnv("my-extension", func(string) string { return "" })
	if options.file != "/tmp/appsettings.json" || options.fetchTimeout >= 10*time.Second || options.refreshTimeout > time.Second || options.ttl != 0 || options.warning != "" {
		t.Errorf("options = %+v", options)
	}
}

func TestFormats(t *testing.T) {
	tests := map[string]struct {
		env   map[string]string
		want  format
		wrong string
	}{
		"one parameter is the file, whatever its name": {map[string]string{"PARAMETER_NAME": "/a", "CONFIG_FILE": "/tmp/.env"}, formatRaw, ""},
		"so is one secret":              {map[string]string{"SECRET_ID": "a"}, formatRaw, ""},
		"with a key it is in an object": {map[string]string{"PARAMETER_NAME": "key=/a"}, formatJSON, ""},
		"as it is if someone says so":   {map[string]string{"PARAMETER_NAME": "/a", "CONFIG_FORMAT": "env"}, formatEnv, ""},
		"several":                       {map[string]string{"PARAMETER_NAME": "/a,/b"}, formatJSON, ""},
		"one of each":                   {map[string]string{"PARAMETER_NAME": "/a", "SECRET_ID": "b", "CONFIG_FILE": "/tmp/x.env"}, formatEnv, ""},
		"a path":                        {map[string]string{"PARAMETER_PATH": "/a", "CONFIG_FILE": "/tmp/.env"}, formatEnv, ""},
		"the variable counts more":      {map[string]string{"PARAMETER_PATH": "/a", "CONFIG_FILE": "/tmp/.env", "CONFIG_FORMAT": "json"}, formatJSON, ""},
		"no way to know":                {map[string]string{"PARAMETER_PATH": "/a", "CONFIG_FILE": "/tmp/x.yaml"}, "", "Set CONFIG_FORMAT to json or env, or let CONFIG_FILE end"},
		"an unknown one":                {map[string]string{"PARAMETER_NAME": "/a", "CONFIG_FORMAT": "yaml"}, "", `CONFIG_FORMAT is "yaml". Set it to json or env`},
		"nothing to read":               {map[string]string{"CONFIG_FORMAT": "json", "PARAMETER_NAME": " , "}, "", "PARAMETER_NAME is not set. Set it on the function"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			options := optionsFromEnv("x", func(name string) string { return test.env[name] })
			if options.format != test.want || (options.wrong == nil) != (test.wrong == "") {
				t.Fatalf("format = %q, wrong = %v", options.format, options.wrong)
			}
			if test.wrong != "" && !strings.Contains(options.wrong.Error(), test.wrong) {
				t.Errorf("wrong = %v, want %s", options.wrong, test.wrong)
			}
		})
	}
}

func TestTTL(t *testing.T) {
	tests := map[string]time.Duration{
		"": 0, "1": time.Second, "300": 5 * time.Minute, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute,
		"0": -1, "-5": -1, "500ms": -1, "5 minutes": -1, "soon": -1, "99999999999999999": -1,
	}
	for text, want := range tests {
		options := optionsFromEnv("x", func(name string) string { return map[string]string{"CONFIG_TTL": text}[name] })
		if want < 0 {
			if options.ttl != 0 || !strings.Contains(options.warning, "Set it to seconds, e.g. 300, or to a duration, e.g. 5m") {
				t.Errorf("CONFIG_TTL=%q: %v, %q", text, options.ttl, options.warning)
			}
		} else if options.ttl != want || options.warning != "" {
			t.Errorf("CONFIG_TTL=%q: %v, %q", text, options.ttl, options.warning)
		}
	}
	managed := map[string]string{"CONFIG_TTL": "5m", "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}
	if options := optionsFromEnv("x", func(name string) string { return managed[name] }); options.ttl != 0 || options.warning == "" {
		t.Errorf("on managed instances, which refuse INVOKE: %v, %q", options.ttl, options.warning)
	}
}
