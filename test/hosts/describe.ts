import { notIsolated } from "./isolation";
import { hostsUnavailable } from "./prerequisites";

/** mocha's describe for tests on real hosts: skipped, hooks and all, with the reason in the title where there are none. */
export function describeHosts(title: string, tests: (this: Mocha.Suite) => void): void {
  const reason = hostsUnavailable() ?? notIsolated();
  if (reason) {
    describe.skip(`${title} [skipped: ${reason}]`, tests);
    return;
  }
  describe(title, function () {
    this.timeout(60_000);
    tests.call(this);
  });
}
