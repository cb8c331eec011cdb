package main

import (
	"os/exec"
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	tests := map[string]struct {
		name     string
		env      map[string]string
		port     int
		upstream string
	}{
		"defaults":           {"x", nil, 9009, "169.254.100.1:9001"},
		"both":               {"x", map[string]string{"LRAP_LISTENER_PORT": "9010", "LRAP_RUNTIME_API_ENDPOINT": "127.0.0.1:9009"}, 9010, "127.0.0.1:9009"},
		"of its own":         {"my-2nd.proxy", map[string]string{"LRAP_LISTENER_PORT": "1", "LRAP_LISTENER_PORT_MY_2ND_PROXY": "9011", "LRAP_RUNTIME_API_ENDPOINT_MY_2ND_PROXY": "[::1]:9009"}, 9011, "[::1]:9009"},
		"of somebody else's": {"other", map[string]string{"LRAP_LISTENER_PORT_MINE": "9011", "LRAP_RUNTIME_API_ENDPOINT_MINE": "127.0.0.1:1"}, 9009, "169.254.100.1:9001"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := optionsFromEnv(test.name, environment(test.env))
			if err != nil || got.port != test.port || got.upstream != test.upstream || got.runtimeAPI != "169.254.100.1:9001" {
				t.Errorf("options = %+v (%v)", got, err)
			}
		})
	}
}

func TestWrongOptions(t *testing.T) {
	tests := map[string]string{
		"LRAP_LISTENER_PORT=9009x":            `LRAP_LISTENER_PORT is "9009x". Set it to a port, a number between 1 and 65535`,
		"LRAP_LISTENER_PORT=0":                `LRAP_LISTENER_PORT is "0". Set it to a port`,
		"LRAP_LISTENER_PORT_X=65536":          `LRAP_LISTENER_PORT_X is "65536". Set it to a port`,
		"LRAP_RUNTIME_API_ENDPOINT=127.0.0.1": `LRAP_RUNTIME_API_ENDPOINT is "127.0.0.1". Set it to a host and a port`,
		"LRAP_RUNTIME_API_ENDPOINT=http://a/": `LRAP_RUNTIME_API_ENDPOINT is "http://a/". Set it to a host and a port`,
		"LRAP_RUNTIME_API_ENDPOINT_X=:9009":   `LRAP_RUNTIME_API_ENDPOINT_X is ":9009". Set it to a host and a port`,
	}
	for assignment, want := range tests {
		name, value, _ := strings.Cut(assignment, "=")
		if _, err := optionsFromEnv("x", environment(map[string]string{name: value})); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", assignment, err)
		}
	}
}

func environment(more map[string]string) func(string) string {
	return func(name string) string {
		if name == "AWS_LAMBDA_RUNTIME_API" {
			return "169.254.100.1:9001"
		}
		return more[name]
	}
}

func TestTheWrapperScript(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	print := `printf '%s|' "$AWS_LAMBDA_RUNTIME_API" "$LRAP_PREVIOUS_RUNTIME_API" "$@"`
	tests := map[string]struct {
		env  []string
		want string
	}{
		"as it is":        {nil, "127.0.0.1:9009|169.254.100.1:9001|an argument||"},
		"another port":    {[]string{"LRAP_LISTENER_PORT=9010"}, "127.0.0.1:9010|169.254.100.1:9001|an argument||"},
		"another wrapper": {[]string{"LRAP_NEXT_WRAPPER=/usr/bin/env"}, "127.0.0.1:9009|169.254.100.1:9001|an argument||"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			command := exec.Command("sh", "wrapper-script.sh", "sh", "-c", print, "sh", "an argument", "")
			command.Env = append(test.env, "AWS_LAMBDA_RUNTIME_API=169.254.100.1:9001", "PATH=/usr/bin:/bin")
			got, err := command.Output()
			if err != nil || string(got) != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
	missing := exec.Command("sh", "wrapper-script.sh", "true")
	missing.Env = []string{"LRAP_NEXT_WRAPPER=/nowhere/at all", "PATH=/usr/bin:/bin"}
	if out, err := missing.CombinedOutput(); err == nil || !strings.Contains(string(out), "/nowhere/at all") {
		t.Errorf("without the next wrapper: %s (%v)", out, err)
	}
}
