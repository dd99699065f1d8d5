import * as pulumi from "@pulumi/pulumi";
import { jsonReport } from "./jsonReport";
import { renderRecap } from "./recap";
import { type HostReport, renderReport } from "./report";

/** Any but 0, on which the engine puts what is to be read by people. */
const FOR_PROGRAMS = 1;

/**
 * Tells a resource's user of the fleet: the report, the same as JSON for `--json`, and the recap.
 *
 * @param failures what is warned of in preview; `up` fails with it instead.
 */
export async function tellReport(
  resource: pulumi.Resource,
  hosts: HostReport[],
  preview: boolean,
  failures: string | undefined,
): Promise<void> {
  await pulumi.log.info(renderReport(hosts, preview), resource);
  if (failures && preview) await pulumi.log.warn(failures, resource);
  // People are shown the messages of such a stream as one, if the first of them is not ephemeral; `--json` lists each
  // that is not. `--diff` shows all: there the first is the heading of the second. A row of plain progress output has
  // a message's first line, so that of the document is empty.
  await pulumi.log.info("the same for programs, as pulumi --json has it:", resource, FOR_PROGRAMS, true);
  await pulumi.log.info(`\n${jsonReport(hosts, preview)}`, resource, FOR_PROGRAMS, false);
  // Last and by itself, as the engine shows a resource's latest message in that resource's row.
  await pulumi.log.info(renderRecap(hosts.map(({ outcome }) => outcome)), resource);
}
