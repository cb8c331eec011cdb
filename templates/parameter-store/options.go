package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/templates/parameter-store/internal/source"
)

const defaultFile = "/tmp/appsettings.json"

// The limits of the two fetches.
const (
	// fetchTimeout leaves the runtime its share of the ten seconds that Lambda gives INIT.
	fetchTimeout = 7 * time.Second
	// refreshTimeout is the most that a refresh adds to an invocation, and leaves a SHUTDOWN that comes meanwhile half of the two
	// seconds that Lambda gives it.
	refreshTimeout = time.Second
	// refreshAttempts are fewer than those of INIT: the function has a file, and there are further invocations.
	refreshAttempts = 2
)

// format is how values are put into the file.
type format string

const (
	// formatRaw is one value as it is.
	formatRaw  format = ""
	formatJSON format = "json"
	formatEnv  format = "env"
)

// options is all that the environment decides.
type options struct {
	// name is the file's own name, under which Lambda expects the extension to register.
	name       string
	runtimeAPI string
	// set is what is to be read, and reader who reads it.
	set    source.Set
	reader source.Reader
	// file is where it goes, in this format.
	file   string
	format format
	// ttl is after what time it is read again; 0 where it never is.
	ttl time.Duration
	// wrong is why there can be no file; nil where there can.
	wrong error
	// warning is what else is to be said of the settings; empty where there is nothing.
	warning                      string
	fetchTimeout, refreshTimeout time.Duration
}

func optionsFromEnv(name string, getenv func(string) string) options {
	file := getenv("CONFIG_FILE")
	if file == "" {
		file = defaultFile
	}
	o := options{
		name:       name,
		runtimeAPI: getenv("AWS_LAMBDA_RUNTIME_API"),
		set: source.Set{
			Parameters: source.ParseList(getenv("PARAMETER_NAME")),
			Paths:      source.ParseList(getenv("PARAMETER_PATH")),
			Secrets:    source.ParseList(getenv("SECRET_ID")),
		},
		reader:         source.ReaderFromEnv(getenv),
		file:           file,
		fetchTimeout:   fetchTimeout,
		refreshTimeout: refreshTimeout,
	}
	o.format, o.wrong = formatOf(getenv("CONFIG_FORMAT"), file, o.set)
	var err error
	o.ttl, err = parseTTL(getenv("CONFIG_TTL"))
	switch {
	case err != nil:
		o.warning = fmt.Sprintf("Nothing will be refreshed: %v", err)
	case o.ttl > 0 && getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == "lambda-managed-instances":
		o.warning, o.ttl = "Nothing will be refreshed: managed instances tell extensions of no invocation. Leave CONFIG_TTL empty there", 0
	}
	return o
}

// formatOf decides what the file will be like.
func formatOf(wanted, file string, set source.Set) (format, error) {
	switch {
	case set.Len() == 0:
		return "", errors.New("PARAMETER_NAME is not set. Set it on the function, to the parameter's name or ARN, or set PARAMETER_PATH or SECRET_ID")
	case wanted == string(formatJSON) || wanted == string(formatEnv):
		return format(wanted), nil
	case wanted != "":
		return "", fmt.Errorf("CONFIG_FORMAT is %q. Set it to json or env, or leave it empty", wanted)
	case isOne(set):
		return formatRaw, nil
	case strings.HasSuffix(file, ".json"):
		return formatJSON, nil
	case strings.HasSuffix(file, ".env"):
		return formatEnv, nil
	}
	return "", fmt.Errorf("several values are to go into %s, whose name does not say how. Set CONFIG_FORMAT to json or env, or let CONFIG_FILE end in .json or .env", file)
}

// isOne says whether there is a single value, and nobody has given it a key: then the file is the value.
func isOne(set source.Set) bool {
	for _, reference := range slices.Concat(set.Parameters, set.Secrets) {
		if reference.Key != "" {
			return false
		}
	}
	return len(set.Paths) == 0 && set.Len() == 1
}

// parseTTL reads seconds, or a duration as Go writes it.
func parseTTL(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	duration := text
	if _, err := strconv.Atoi(text); err == nil {
		duration += "s"
	}
	ttl, err := time.ParseDuration(duration)
	if err != nil || ttl < time.Second {
		return 0, fmt.Errorf("CONFIG_TTL is %q. Set it to seconds, e.g. 300, or to a duration, e.g. 5m, of one second at least", text)
	}
	return ttl, nil
}
