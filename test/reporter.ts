import Mocha from "mocha";

/** mocha's own report, closed by one line that says how many tests passed, failed and were skipped. */
class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}

export = Reporter;
