import { settingsOf } from "../pages";
import { COMPONENT, diagnosticsOf, type Scenario, Stage } from "../stage";

const SESSIONS = "/home/alice/.putty/sessions";
const SAVED = {
  "Default%20Settings": "PingInterval=0\nPingIntervalSecs=0\n",
  web: "HostName=web.example\nPingInterval=0\nPingIntervalSecs=0\n",
  db: "HostName=db.example\nPingInterval=1\nPingIntervalSecs=30\n",
};

/** One host as Debian installs it, and what a preview says of each place where keepalives can be set. */
export async function placeOutputs(): Promise<Record<string, string>> {
  const places: Scenario[] = [
    shows("server-drop-in", "server"),
    shows("server-inline", "server", { placement: "inline" }),
    shows("system-wide", "system-wide"),
    shows("some-hosts", "some-hosts"),
    withAlice,
    shows("one-user", "one-user"),
    shows("putty-unix", "putty-unix"),
  ];
  return Stage.play(["web-1"], places);
}

/** The preview of the settings that a page of docs/keepalive has. */
function shows(output: string, page: string, over: object = {}): Scenario {
  return async (stage) => {
    stage.use({ ...settingsOf(`docs/keepalive/${page}.md`), ...over });
    return { [output]: diagnosticsOf(COMPONENT, await stage.run("preview")) };
  };
}

const withAlice: Scenario = async (stage) => {
  const host = stage.host(0);
  await host.run(`useradd --create-home alice && runuser -u alice -- mkdir -p ${SESSIONS}`);
  for (const [name, text] of Object.entries(SAVED)) await host.write(`${SESSIONS}/${name}`, text);
  await host.run(`chown alice: ${SESSIONS}/*`);
  return {};
};
