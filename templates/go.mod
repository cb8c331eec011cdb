module example.com/templates

go 1.26.0

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/aws/aws-sdk-go-v2 v1.47.6
	github.com/go-chi/chi/v5 v5.5.0
	golang.org/x/sync v0.24.0
)

require github.com/aws/smithy-go v1.28.8 // indirect
