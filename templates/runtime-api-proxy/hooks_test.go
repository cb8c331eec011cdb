package main

import (
	"bytes"
	"log"
	"regexp"
	"testing"
	"time"

	"example.com/templates/runtime-api-proxy/internal/proxy"
)

func TestRedact(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"a string":            {`{"password":"x","b":1}`, `{"password":"***","b":1}`},
		"spaces stay":         {"{ \"a\" : 1.0 ,\n \"password\" :  \"x\" }\n", "{ \"a\" : 1.0 ,\n \"password\" :  \"***\" }\n"},
		"an object":           {`{"password":{"a":[1,{"password":2}]},"b":[]}`, `{"password":"***","b":[]}`},
		"deep and repeated":   {`[{"a":{"password":null}},{"password":[1]},3]`, `[{"a":{"password":"***"}},{"password":"***"},3]`},
		"a value of the name": {`{"a":"password","b":["password","x"]}`, `{"a":"password","b":["password","x"]}`},
		"escaped":             {`{"pass\u0077ord":"x"}`, `{"pass\u0077ord":"***"}`},
		"large numbers":       {`{"n":12345678901234567890,"password":1}`, `{"n":12345678901234567890,"password":"***"}`},
		"no such field":       {`{"a":"grüß"}`, `{"a":"grüß"}`},
		"a string alone":      {`"password"`, `"password"`},
		"no JSON":             {"password=x", "password=x"},
		"JSON up to a point":  {`{"password":"x","a":NaN,"password":"y"}`, `{"password":"***","a":NaN,"password":"y"}`},
		"cut off":             {`{"password":"x","a":`, `{"password":"***","a":`},
		"cut off in a value":  {`{"a":1,"password":"x`, `{"a":1,"password":"x`},
		"nothing":             {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := string(redact([]byte(test.body), "password")); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestNewTrace(t *testing.T) {
	got := newTrace(time.Unix(0x5759e988, 0))
	if !regexp.MustCompile(`^Root=1-5759e988-[0-9a-f]{24};Sampled=0$`).MatchString(got) {
		t.Errorf("trace = %s", got)
	}
	if again := newTrace(time.Unix(0x5759e988, 0)); again == got {
		t.Errorf("twice %s", got)
	}
}

func TestHooksAreOffByDefault(t *testing.T) {
	env := map[string]string{"LRAP_LOG_MESSAGES": "no"}
	hooks := newHooks(hookOptionsFromEnv(func(name string) string { return env[name] }), nil)
	if hooks.OnEvent.Run != nil || hooks.OnResponse.Run != nil {
		t.Errorf("hooks = %+v", hooks)
	}
}

func TestEachExampleByItself(t *testing.T) {
	tests := map[string]struct {
		variable, value string
		onEvent         bool
		onResponse      bool
		wholeBody       bool
	}{
		"a tracing header": {"LRAP_TRACE_HEADER", "X-Trace", true, false, false},
		"a field":          {"LRAP_REDACT_FIELD", "password", false, true, true},
		"the log":          {"LRAP_LOG_MESSAGES", "true", true, true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			options := hookOptionsFromEnv(func(name string) string { return map[string]string{test.variable: test.value}[name] })
			hooks := newHooks(options, log.New(&out, "", 0))
			if onEvent := hooks.OnEvent.Run != nil; onEvent != test.onEvent || hooks.OnEvent.WholeBody {
				t.Errorf("OnEvent = %+v", hooks.OnEvent)
			}
			if onResponse := hooks.OnResponse.Run != nil; onResponse != test.onResponse || hooks.OnResponse.WholeBody != test.wholeBody {
				t.Errorf("OnResponse = %+v", hooks.OnResponse)
			}
			header := &proxy.Header{}
			if hooks.OnEvent.Run != nil {
				if err := hooks.OnEvent.Run(&proxy.Message{RequestID: "1", Header: header}); err != nil {
					t.Error(err)
				}
			}
			if hooks.OnResponse.Run != nil {
				for _, isError := range []bool{false, true} {
					if err := hooks.OnResponse.Run(&proxy.Message{RequestID: "1", IsError: isError, Header: header}); err != nil {
						t.Error(err)
					}
				}
			}
			if want := map[bool]string{true: "Event 1\nResponse 1\nError 1\n"}[test.variable == "LRAP_LOG_MESSAGES"]; out.String() != want {
				t.Errorf("log = %q, want %q", out.String(), want)
			}
			if trace := header.Get("X-Trace"); (trace != "") != (test.variable == "LRAP_TRACE_HEADER") {
				t.Errorf("X-Trace = %q", trace)
			}
		})
	}
}

func TestATraceThatIsThereStays(t *testing.T) {
	hooks := newHooks(hookOptions{traceHeader: "Lambda-Runtime-Trace-Id"}, nil)
	header := &proxy.Header{}
	header.Set("lambda-runtime-trace-id", "Root=1")
	if err := hooks.OnEvent.Run(&proxy.Message{Header: header}); err != nil || header.Get("Lambda-Runtime-Trace-Id") != "Root=1" {
		t.Errorf("trace = %q (%v)", header.Get("Lambda-Runtime-Trace-Id"), err)
	}
}
