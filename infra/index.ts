import * as pulumi from "@pulumi/pulumi";
import { SshKeepalive } from "../components";
import { stackSettings } from "./stackSettings";

const fleet = new SshKeepalive("fleet", stackSettings(new pulumi.Config()));

export const effective = fleet.effective;
