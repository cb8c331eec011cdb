module example.com/templates

go 1.26

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/aws/aws-sdk-go-v2 v1.47.6
)

require github.com/aws/smithy-go v1.28.8 // indirect
