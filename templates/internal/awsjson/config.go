package awsjson

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// ConfigFromEnv reads what Lambda gives every process of a function: region, credentials, and the variables with which any AWS SDK is
// pointed elsewhere. getenv is os.Getenv, or a test's own.
func ConfigFromEnv(service Service, getenv func(string) string) Config {
	region := first(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))
	return Config{
		Region:      region,
		Endpoint:    endpoint(service, region, getenv),
		Credentials: credentials(getenv),
		CABundle:    getenv("AWS_CA_BUNDLE"),
		Retry:       DefaultRetry,
	}
}

func endpoint(service Service, region string, getenv func(string) string) string {
	if !strings.EqualFold(getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		if url := first(getenv("AWS_ENDPOINT_URL_"+service.ID), getenv("AWS_ENDPOINT_URL")); url != "" {
			return url
		}
	}
	if region == "" {
		return ""
	}
	return "https://" + service.Name + "." + region + "." + dnsSuffix(region)
}

// credentials takes the variables' keys before the container's endpoint, as AWS's SDKs do.
func credentials(getenv func(string) string) aws.CredentialsProvider {
	static := StaticCredentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}
	url := getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if url == "" || aws.Credentials(static).HasKeys() {
		return static
	}
	return newContainerCredentials(url, getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"), getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
}

// partitions are told apart by how their regions' names begin, so that a region that opens after this was written is found too.
var partitions = []struct{ regionPrefix, dnsSuffix string }{
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov"},
}

func dnsSuffix(region string) string {
	for _, partition := range partitions {
		if strings.HasPrefix(region, partition.regionPrefix) {
			return partition.dnsSuffix
		}
	}
	return "amazonaws.com"
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
