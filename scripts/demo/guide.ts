import type { ApiClient, RunView } from './api-client';
import type { NetBoxSource } from './netbox';
import type { ProxmoxSource } from './proxmox';
import type { Screen } from './screen';
import { tourLines, type Tour } from './tour';

export interface SignIn {
  username: string;
  password: string;
}

export interface GuideParts {
  api: ApiClient;
  webUi: string | undefined;
  netbox: NetBoxSource;
  proxmox: readonly ProxmoxSource[];
  first: RunView;
  logFile: string;
  /** Of the first administrator; not known of a database that was kept. */
  signIn: SignIn | undefined;
  tour: Tour | undefined;
}

/** Where to look, and what to try. */
export function printGuide(screen: Screen, { api, webUi, netbox, proxmox, first, logFile, signIn, tour }: GuideParts): void {
  const { bold, say } = screen;
  say(bold('Look'));
  say(`  Temporal Web UI   ${webUi ?? 'the one of the Temporal at TEMPORAL_ADDRESS'}`);
  if (first.workflow.url !== null) say(`  the first sync    ${first.workflow.url}`);
  say(`  NetBox pages      ${netbox.url}/virtualization/virtual-machines/`);
  say(`  pages and API     ${api.url}${signIn === undefined ? '' : `  (user ${signIn.username}, password ${signIn.password})`}`);
  say(`  log               ${logFile}`);
  say();
  say(bold('Try, in another terminal') + ' (the key is made for this demo and shown only here)');
  const lines = [
    `export KEY=${api.key} API=${api.url}`,
    'curl -s $API/health',
    'curl -s -H "Authorization: Bearer $KEY" $API/endpoints',
    `curl -s -H "Authorization: Bearer $KEY" "$API/runs/${first.id}/plan?kind=virtual-machine&limit=3"`,
    ...changeGuest(proxmox),
    `curl -s -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"dryRun": true}' $API/full-update`,
    `curl -s -H "Authorization: Bearer $KEY" -X POST $API/full-update`,
    'curl -s -H "Authorization: Bearer $KEY" "$API/runs?limit=3"',
  ];
  for (const line of lines) say(`  ${line}`);
  say();
  if (tour === undefined) return;
  say(bold('Try a change, and an approval') + ' (on the pages; Proxmox is simulated, so nothing can be lost)');
  for (const line of tourLines(api.url, tour, signIn)) say(`  ${line}`);
  say();
}

/** Something for the next sync to find. */
function changeGuest(proxmox: readonly ProxmoxSource[]): string[] {
  return proxmox
    .flatMap(({ url, change }) => {
      if (change === undefined) return [];
      const guest = `${url}/api2/json/nodes/${change.node}/qemu/${change.vmid}/config`;
      return [
        `curl -sk -X PUT -H 'Authorization: ${change.authorization}' --data-urlencode 'description=Hello from Proxmox' ${guest}`,
      ];
    })
    .slice(0, 1);
}
