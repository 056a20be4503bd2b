// Command hello is a Lambda function.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

type request struct {
	Name string `json:"name"`
}

type response struct {
	Message string `json:"message"`
}

func hello(_ context.Context, r request) (response, error) {
	return response{Message: "Hello, " + r.Name + "!"}, nil
}

func main() {
	lambda.Start(hello)
}
