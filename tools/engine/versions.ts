/** The CLI we download or build. The Go module in `cli/` names the same version; a test compares them. */
export const CLI_VERSION = "3.259.0";

/** The oldest `pulumi` on PATH that we use. */
export const CLI_MINIMUM = "3.200.0";

/** The last release of `pulumi/sdk` that holds the Node.js language host as a Go package. */
export const LANGUAGE_HOST_VERSION = "3.68.0";

/** The oldest Go that builds the CLI, from its own go.mod. */
export const GO_MINIMUM = "1.25.11";

/** Exact, because the program's `@pulumi/command` asks the engine for this very version. */
export const COMMAND_PLUGIN_VERSION = "1.2.1";
