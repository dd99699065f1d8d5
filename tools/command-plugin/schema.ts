/** The parts of a Pulumi package schema that this plugin uses, both to describe itself and to check inputs. */
export interface TypeSpec {
  type?: "string" | "number" | "integer" | "boolean" | "array" | "object";
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
}

export interface PropertySpec extends TypeSpec {
  default?: string | number | boolean;
  secret?: boolean;
  replaceOnChanges?: boolean;
}

type Properties = Record<string, PropertySpec>;

export interface ObjectSpec {
  type: "object";
  properties: Properties;
  required: string[];
}

export interface EnumSpec {
  type: "string";
  enum: { name: string; value: string }[];
}

export interface ResourceSpec {
  properties: Properties;
  required: string[];
  inputProperties: Properties;
  requiredInputs: string[];
}

export const version = "1.2.1";

const text: PropertySpec = { type: "string" };
const texts: PropertySpec = { type: "array", items: text };

const endpoint: Properties = {
  agentSocketPath: text,
  dialErrorLimit: { type: "integer", default: 10 },
  host: text,
  hostKey: text,
  password: text,
  perDialTimeout: { type: "integer", default: 15 },
  port: { type: "number", default: 22 },
  privateKey: text,
  privateKeyPassword: text,
  user: { type: "string", default: "root" },
};

const logging: EnumSpec = {
  type: "string",
  enum: ["stdout", "stderr", "stdoutAndStderr", "none"].map((value) => ({ name: value, value })),
};

const command: Properties = {
  addPreviousOutputInEnv: { type: "boolean", default: true },
  create: text,
  delete: text,
  environment: { type: "object", additionalProperties: text },
  stdin: text,
  triggers: { type: "array", items: { $ref: "pulumi.json#/Any" }, replaceOnChanges: true },
  update: text,
};

const remoteInputs: Properties = {
  ...command,
  connection: { $ref: "#/types/command:remote:Connection", secret: true },
  logging: { $ref: "#/types/command:remote:Logging" },
};

const localInputs: Properties = {
  ...command,
  archivePaths: texts,
  assetPaths: texts,
  dir: text,
  interpreter: texts,
  logging: { $ref: "#/types/command:local:Logging" },
};

const output: Properties = { stderr: text, stdout: text };

const files: Properties = {
  archive: { $ref: "pulumi.json#/Archive" },
  assets: { type: "object", additionalProperties: { $ref: "pulumi.json#/Asset" } },
};

export const types: Record<string, ObjectSpec | EnumSpec> = {
  "command:local:Logging": logging,
  "command:remote:Logging": logging,
  "command:remote:Connection": {
    type: "object",
    properties: { ...endpoint, proxy: { $ref: "#/types/command:remote:ProxyConnection" } },
    required: ["host"],
  },
  "command:remote:ProxyConnection": { type: "object", properties: endpoint, required: ["host"] },
};

export const resources: Record<string, ResourceSpec> = {
  "command:local:Command": {
    properties: { ...localInputs, ...output, ...files },
    required: ["stderr", "stdout"],
    inputProperties: localInputs,
    requiredInputs: [],
  },
  "command:remote:Command": {
    properties: { ...remoteInputs, ...output },
    required: ["connection", "stderr", "stdout"],
    inputProperties: remoteInputs,
    requiredInputs: ["connection"],
  },
};

export const packageSchema = { name: "command", version, types, resources };
