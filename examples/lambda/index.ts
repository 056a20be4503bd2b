// A Lambda function from a container image. ECR's token lasts twelve hours; a new one rebuilds nothing.

import * as aws from "@pulumi/aws";
import { GoMultiStageImage } from "goimage";

const repository = new aws.ecr.Repository("hello", { forceDelete: true });
const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId });

const image = new GoMultiStageImage("hello", {
  source: "function",
  repository: repository.repositoryUrl,
  platforms: ["linux/arm64"],
  registry: { username: token.userName, password: token.password },
});

const role = new aws.iam.Role("hello", {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
  managedPolicyArns: [aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole],
});

const lambda = new aws.lambda.Function("hello", {
  packageType: "Image",
  imageUri: image.ref,
  architectures: ["arm64"],
  role: role.arn,
});

export const { ref, size } = image;
export const name = lambda.name;
