#!/usr/bin/env node
// The same component for programs in YAML, Python, Go and so on: a Pulumi plugin, which makes its schema of index.ts.

import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { Service } from ".";

void componentProviderHost({ name: "acme", components: [Service], dirname: __dirname });
