package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

const defaultPort = 9009

// options is all that the environment decides.
type options struct {
	// name is the file's own name, under which Lambda expects the extension to register.
	name string
	// runtimeAPI is where the extension itself registers.
	runtimeAPI string
	// port is the one that the runtime connects to.
	port int
	// upstream is the Runtime API, or the next proxy before it: host and port.
	upstream string
	hooks    hookOptions
}

// optionsFromEnv reads them. An error comes with options that are good enough to report it.
func optionsFromEnv(name string, getenv func(string) string) (options, error) {
	o := options{
		name:       name,
		runtimeAPI: getenv("AWS_LAMBDA_RUNTIME_API"),
		port:       defaultPort,
		hooks:      hookOptionsFromEnv(getenv),
	}
	variable, text := own(name, "LRAP_LISTENER_PORT", getenv)
	if text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return o, fmt.Errorf("%s is %q. Set it to a port, a number between 1 and 65535", variable, text)
		}
		o.port = int(port)
	}
	if variable, o.upstream = own(name, "LRAP_RUNTIME_API_ENDPOINT", getenv); o.upstream == "" {
		o.upstream = o.runtimeAPI
		return o, nil
	}
	host, port, err := net.SplitHostPort(o.upstream)
	if _, noPort := strconv.ParseUint(port, 10, 16); err != nil || noPort != nil || host == "" {
		return o, fmt.Errorf("%s is %q. Set it to a host and a port, like 127.0.0.1:9010", variable, o.upstream)
	}
	return o, nil
}

// own returns a variable and its value. All extensions of a function have the same variables: where two of them are proxies, each one's
// own variables end with its name.
func own(name, variable string, getenv func(string) string) (string, string) {
	suffix := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	if value := getenv(variable + "_" + suffix); value != "" {
		return variable + "_" + suffix, value
	}
	return variable, getenv(variable)
}
