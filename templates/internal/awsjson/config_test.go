package awsjson

import "testing"

func TestConfigFromEnv(t *testing.T) {
	tests := map[string]struct {
		env      map[string]string
		region   string
		endpoint string
	}{
		"AWS":                 {map[string]string{"AWS_REGION": "eu-central-1"}, "eu-central-1", "https://ssm.eu-central-1.amazonaws.com"},
		"the older variable":  {map[string]string{"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1", "https://ssm.eu-west-1.amazonaws.com"},
		"China":               {map[string]string{"AWS_REGION": "cn-north-1"}, "cn-north-1", "https://ssm.cn-north-1.amazonaws.com.cn"},
		"GovCloud":            {map[string]string{"AWS_REGION": "us-gov-west-1"}, "us-gov-west-1", "https://ssm.us-gov-west-1.amazonaws.com"},
		"European sovereign":  {map[string]string{"AWS_REGION": "eusc-de-east-1"}, "eusc-de-east-1", "https://ssm.eusc-de-east-1.amazonaws.eu"},
		"ISO":                 {map[string]string{"AWS_REGION": "us-iso-east-1"}, "us-iso-east-1", "https://ssm.us-iso-east-1.c2s.ic.gov"},
		"ISO B":               {map[string]string{"AWS_REGION": "us-isob-east-1"}, "us-isob-east-1", "https://ssm.us-isob-east-1.sc2s.sgov.gov"},
		"ISO E":               {map[string]string{"AWS_REGION": "eu-isoe-west-1"}, "eu-isoe-west-1", "https://ssm.eu-isoe-west-1.cloud.adc-e.uk"},
		"ISO F":               {map[string]string{"AWS_REGION": "us-isof-south-1"}, "us-isof-south-1", "https://ssm.us-isof-south-1.csp.hci.ic.gov"},
		"an endpoint for all": {map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "eu-west-1", "http://127.0.0.1:4566"},
		"one for the service": {
			map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:2"},
			"eu-west-1", "http://127.0.0.1:2",
		},
		"endpoints that are switched off": {
			map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
			"eu-west-1", "https://ssm.eu-west-1.amazonaws.com",
		},
		"nothing": {nil, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := ConfigFromEnv(testService, func(name string) string { return test.env[name] })
			if config.Region != test.region || config.Endpoint != test.endpoint {
				t.Errorf("got %q at %q, want %q at %q", config.Region, config.Endpoint, test.region, test.endpoint)
			}
			if config.Retry != DefaultRetry {
				t.Errorf("retry = %+v", config.Retry)
			}
		})
	}
}

func TestCredentialsFromEnv(t *testing.T) {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
	got, err := ConfigFromEnv(testService, func(name string) string { return env[name] }).Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessKeyID != "id" || got.SecretAccessKey != "secret" || got.SessionToken != "token" {
		t.Errorf("credentials = %+v", got)
	}
}
