// The parameter store extension as it is mostly written: with the SSM client of AWS's SDK. The benchmark's baseline.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// initTimeout leaves the runtime its share of the ten seconds of INIT.
const initTimeout = 7 * time.Second

func main() {
	logger := log.New(os.Stdout, "["+filepath.Base(os.Args[0])+"] ", 0)
	if err := run(context.Background(), logger); err != nil {
		logger.Fatal(err)
	}
}

func run(ctx context.Context, logger *log.Logger) error {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2020-01-01/extension"
	id, err := register(ctx, api)
	if err != nil {
		return err
	}
	if err := load(ctx); err != nil {
		logger.Print(err)
	}
	for {
		shutdown, err := next(ctx, api, id)
		if err != nil || shutdown {
			return err
		}
	}
}

func register(ctx context.Context, api string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/register", bytes.NewBufferString(`{"events":["SHUTDOWN"]}`))
	if err != nil {
		return "", err
	}
	request.Header.Set("Lambda-Extension-Name", filepath.Base(os.Args[0]))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.Header.Get("Lambda-Extension-Identifier"), err
}

func load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("load the configuration: %w", err)
	}
	answer, err := ssm.NewFromConfig(settings).GetParameter(ctx, &ssm.GetParameterInput{
		Name:           aws.String(os.Getenv("PARAMETER_NAME")),
		WithDecryption: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("get the parameter: %w", err)
	}
	return os.WriteFile(os.Getenv("CONFIG_FILE"), []byte(aws.ToString(answer.Parameter.Value)), 0o600)
}

// next reports whether the environment is shut down.
func next(ctx context.Context, api, id string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"/event/next", nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Lambda-Extension-Identifier", id)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	var event struct {
		EventType string `json:"eventType"`
	}
	err = json.NewDecoder(response.Body).Decode(&event)
	return event.EventType == "SHUTDOWN", err
}
