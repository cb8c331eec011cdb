package main

import (
	"time"

	"example.com/templates/internal/awsjson"
	"example.com/templates/parameter-store/internal/parameter"
)

const defaultFile = "/tmp/appsettings.json"

// fetchTimeout leaves the runtime its share of the ten seconds that Lambda gives INIT.
const fetchTimeout = 7 * time.Second

// options is all that the environment decides.
type options struct {
	// name is the file's own name, under which Lambda expects the extension to register.
	name       string
	runtimeAPI string
	// parameter is the parameter's name, path or ARN; empty where nobody has set it.
	parameter string
	// file is where the value goes.
	file         string
	fetchTimeout time.Duration
	aws          awsjson.Config
}

func optionsFromEnv(name string, getenv func(string) string) options {
	file := getenv("CONFIG_FILE")
	if file == "" {
		file = defaultFile
	}
	return options{
		name:         name,
		runtimeAPI:   getenv("AWS_LAMBDA_RUNTIME_API"),
		parameter:    getenv("PARAMETER_NAME"),
		file:         file,
		fetchTimeout: fetchTimeout,
		aws:          awsjson.ConfigFromEnv(parameter.SSM, getenv),
	}
}
