// Two services by the company's component, and an image that is none of its services.

import * as pulumi from "@pulumi/pulumi";
import { Service } from "@acme/services";
import { GoMultiStageImage, type Engine } from "goimage";

const config = new pulumi.Config();
const source = config.get("source") ?? "../../quickstart/service";
const registry = config.get("registry") ?? "registry.example.com";
const engine = config.get<Engine>("engine");
const builder = config.get("builder");

const common = { source, registry, engine, builder };
const orders = new Service("orders", { ...common, team: "shop" });
const payments = new Service("payments", { ...common, team: "money" });
const jobs = new GoMultiStageImage("jobs", { source, repository: `${registry}/shop/jobs`, engine, builder });

export const refs = [orders.ref, payments.ref, jobs.ref];
export const { gained } = orders;
