module example.com/hello

go 1.23

require github.com/aws/aws-lambda-go v1.47.0
