import { startNetBoxSimulator, type RunningNetBox } from '../../simulators/netbox/server';
import { runScript } from './support/script';

const BOOTSTRAP = 'scripts/bootstrap.ts';

let netbox: RunningNetBox;

beforeEach(async () => {
  netbox = await startNetBoxSimulator();
});

afterEach(() => netbox.close());

const bootstrap = (token: string) => runScript(BOOTSTRAP, [], { NETBOX_URL: netbox.url, NETBOX_TOKEN: token });
const writes = (): number => netbox.simulator.log.list().filter(({ method }) => method !== 'GET').length;

it('makes the supporting objects and custom fields, and has nothing to do the second time', async () => {
  const first = await bootstrap(netbox.token);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain('made     extras/tags proxbox');
  expect(first.out).toContain('made     extras/custom-fields proxmox_vm_id');
  const made = first.out.filter(line => line.startsWith('made ')).length;
  expect(first.out.at(-1)).toBe(`${made} made, 0 changed, 0 unchanged`);

  const before = writes();
  const second = await bootstrap(netbox.token);
  expect(second).toMatchObject({ code: 0, err: '' });
  expect(second.out.at(-1)).toBe(`0 made, 0 changed, ${made} unchanged`);
  expect(writes()).toBe(before);
});

it('leaves a custom field of another type as it is, and says what that means', async () => {
  const field = { name: 'proxmox_vm_id', type: 'text', object_types: ['virtualization.virtualmachine'] };
  await fetch(`${netbox.url}/api/extras/custom-fields/`, {
    method: 'POST',
    headers: { authorization: netbox.token, 'content-type': 'application/json' },
    body: JSON.stringify(field),
  });
  const { code, err, out } = await bootstrap(netbox.token);
  expect(code).toBe(1);
  expect(err).toContain('NetBox has a custom field proxmox_vm_id of type text');
  expect(out.at(-1)).toMatch(/ made, 0 changed, 0 unchanged$/);
});

it('says what a token without the right has to be', async () => {
  const { code, err } = await bootstrap(netbox.viewerToken);
  expect(code).toBe(1);
  expect(err).toContain("Set NETBOX_TOKEN to an administrator's token");
});

it('says that a token is not accepted', async () => {
  const { code, err } = await bootstrap('0123456789012345678901234567890123456789');
  expect(code).toBe(1);
  expect(err).toContain('NetBox does not accept the token');
});

it('names the variables that it needs', async () => {
  const { code, err } = await runScript(BOOTSTRAP);
  expect(code).toBe(1);
  expect(err).toContain('NETBOX_URL');
  expect(err).toContain('NETBOX_TOKEN');
});
