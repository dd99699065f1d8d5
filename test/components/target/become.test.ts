import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { BecomeMethod } from "../../../components/settings";
import { type Become, explainBecome, rootCommand, rootShell, rootStdin } from "../../../components/target";

const { None, Sudo, Doas } = BecomeMethod;
const PASSWORD = "pass'word";

describe("becoming root", () => {
  const hard = "a'b \\ \\\\ \\' $(id) `id` \"c\" !x\n# d\n\\";

  for (const shell of ["dash", "bash"])
    it(`hands ${shell} a script as it is, whatever stands in it`, () => {
      const command = rootCommand(undefined, `printf %s '${hard.replaceAll("'", "'\\''")}'`);
      assert.equal(execFileSync(shell, ["-c", command], { encoding: "utf8" }), hard);
    });

  it("takes a script from stdin as well", () => {
    const input = "echo a; cat <<'X'\n$b\nX\n";
    const shell = rootShell({ method: None });
    assert.equal(execFileSync("sh", ["-c", shell], { encoding: "utf8", input }), "a\n$b\n");
  });

  it("puts a password before a script's input, and nowhere else", () => {
    for (const method of [Sudo, Doas]) {
      const become: Become = { method, password: PASSWORD };
      assert.equal(rootStdin(become, "input\n"), `${PASSWORD}\ninput\n`);
      assert.equal(rootCommand(become, "id"), rootCommand({ method, password: "another" }, "id"));
      assert.equal(rootShell(become), rootShell({ method, password: "another" }));
    }
  });

  it("sends no password where there is none, or nobody who could ask for it", () => {
    for (const become of [undefined, { method: Sudo }, { method: Doas }, { method: None, password: PASSWORD }])
      assert.equal(rootStdin(become, "input\n"), "input\n");
  });
});

describe("what sudo and doas say", () => {
  // As Debian 11, 12 and 13 print it.
  const said: [words: string, method: BecomeMethod, means: RegExp][] = [
    ["env: 'sudo': No such file or directory\n", Sudo, /^it has no sudo: install it, or log in as root/],
    ["env: can't execute 'sudo': No such file or directory\n", Sudo, /^it has no sudo/],
    ["/bin/sh: 19: sudo: not found\n", Sudo, /^it has no sudo/],
    ["/bin/sh: line 19: sudo: command not found\n", Sudo, /^it has no sudo/],
    ["sudo: sorry, you must have a tty to run sudo\n", Sudo, /requiretty .*"Defaults:deploy !requiretty"/],
    ["sudo: a password is required\n", Sudo, /asks deploy for a password: give it in become\.password, or .*NOPASSWD/],
    ["sudo: interactive authentication is required\n", Sudo, /give it in become\.password/],
    ["Sorry, try again.\nsudo: incorrect password\nKilled\n", Sudo, /does not take become\.password .* tried once/],
    ["Ying Tong Iddle I Po\nsudo: incorrect password\n", Sudo, /does not take become\.password/],
    [
      "deploy is not in the sudoers file.  This incident will be reported.\n",
      Sudo,
      /deploy may not become root by sudo/,
    ],
    ["deploy is not in the sudoers file.\n", Sudo, /deploy may not become root by sudo/],
    ["Sorry, user deploy is not allowed to execute '/bin/sh -c id' as root on web-1.\n", Sudo, /may not become root/],
    ["Sorry, user deploy may not run sudo on web-1.\n", Sudo, /deploy may not become root/],
    [
      "sudo: unable to resolve host x\nsudo: no valid sudoers sources found, quitting\n",
      Sudo,
      /^sudo refused: .*no valid/,
    ],
    [
      "Unmatched '''.\nIFS=: Command not found.\n",
      Sudo,
      /^deploy's login shell there is csh; log in as a user with sh/,
    ],
    ["env: 'doas': No such file or directory\n", Doas, /^it has no doas/],
    ["sh: 1: exec: doas: not found\n", Doas, /^it has no doas/],
    ["doas: Authentication required\n", Doas, /asks deploy .*become\.password, or .*"permit nopass deploy"/],
    ["doas: Authentication failed\n", Doas, /does not take become\.password .* tried once/],
    ["doas: Operation not permitted\n", Doas, /deploy may not become root by doas: put "permit deploy"/],
    ["doas: doas is not enabled, /etc/doas.conf: No such file or directory\n", Doas, /put "permit deploy" into/],
    ["doas: no script of util-linux\n", Doas, /terminal only.*util-linux.*"permit nopass".*sudo/],
    ["doas: syntax error at line 1\n", Doas, /^doas refused: doas: syntax error at line 1;/],
  ];
  for (const [words, method, means] of said)
    it(`tells what to do: ${words.trim().split("\n").slice(0, 2).join(" / ").slice(0, 70)}`, () => {
      assert.match(explainBecome({ method }, "deploy", words) ?? "", means);
    });

  it("is not what any other failure of a script says", () => {
    for (const method of [Sudo, Doas, None])
      for (const words of ["", "mktemp: failed to create directory\n", "cat: /x: Operation not permitted\n"])
        assert.equal(explainBecome({ method }, "deploy", words), undefined);
    assert.equal(explainBecome(undefined, "root", "sudo: a password is required\n"), undefined);
  });
});
