import {
  ProxmoxAuthError,
  ProxmoxDigestMismatchError,
  ProxmoxLockedError,
  ProxmoxNodeUnreachableError,
  ProxmoxNotFoundError,
  ProxmoxNotImplementedError,
  ProxmoxParameterError,
  ProxmoxPermissionError,
  ProxmoxRefusedError,
  ProxmoxResponseError,
  ProxmoxUnavailableError,
  ProxmoxUnknownNodeError,
  ProxmoxUnknownOutcomeError,
} from '../../../clients/proxmox/errors';
import { failureReason } from '../../../clients/proxmox/failure-reason';
import { closeAll, rejection, sendBare, sendError, startPair, TOKEN, withNodes, type Answer } from './support/loopback';

afterEach(closeAll);

const path = '/nodes/pve1/qemu/100/config';

async function failureOf(answer: Answer, method: 'GET' | 'PUT' | 'DELETE' = 'GET') {
  const { client } = await startPair(withNodes(['pve1'], answer));
  return rejection(client.request(method, path, method === 'GET' ? {} : { description: 'x' }));
}

const error = (status: number, message: string, errors?: Record<string, string>): Answer => {
  return (_, response) => sendError(response, status, message, errors);
};
const bare = (status: number, reason: string): Answer => {
  return (_, response) => sendBare(response, status, reason);
};

describe('an answer becomes an error of its own class', () => {
  test('401 without a body', async () => {
    const failure = await failureOf(bare(401, 'Authentication failed!'));
    expect(failure).toBeInstanceOf(ProxmoxAuthError);
    expect(failure).toMatchObject({
      status: 401,
      path,
      name: 'ProxmoxAuthError',
      message: expect.stringMatching(/wrong, expired, disabled/),
    });
  });

  test('403 names privilege and path', async () => {
    const failure = await failureOf(
      error(403, 'Permission check failed (/vms/100, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)'),
    );
    expect(failure).toBeInstanceOf(ProxmoxPermissionError);
    expect(failure).toMatchObject({
      permissionPath: '/vms/100',
      privileges: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'],
      tag: null,
      message: expect.stringMatching(/give the credential VM\.GuestAgent\.Audit or VM\.GuestAgent\.Unrestricted on \/vms\/100/),
    });
  });

  test('403 about a registered tag', async () => {
    const failure = await failureOf(error(403, "Permission check failed (/, Sys.Modify for modifying tag 'nb-managed')"), 'PUT');
    expect(failure).toMatchObject({ permissionPath: '/', privileges: ['Sys.Modify'], tag: 'nb-managed' });
  });

  test.each(['Permission check failed', 'Permission check failed (mount point type bind is only allowed for root@pam)'])(
    '403 without a path: %s',
    async text => expect(await failureOf(error(403, text), 'PUT')).toMatchObject({ permissionPath: null, privileges: [] }),
  );

  test('400 with its parameters', async () => {
    const failure = await failureOf(
      error(400, 'Parameter verification failed.', { net2: 'hotplug problem - no such bridge\n' }),
      'PUT',
    );
    expect(failure).toBeInstanceOf(ProxmoxParameterError);
    expect(failure).toMatchObject({
      errors: { net2: 'hotplug problem - no such bridge' },
      message: expect.stringMatching(/net2: hotplug problem/),
    });
  });

  test.each<[string, string]>([
    ["Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist", 'guest'],
    ["snapshot 'nope' does not exist", 'snapshot'],
    ["pool 'nopool' does not exist", 'pool'],
    ["storage 'nostore' does not exist", 'storage'],
    ["unable to find configuration file for VM 999 on node 'pve1'", 'guest'],
  ])('500 %s', async (text, what) => {
    const failure = await failureOf(error(500, text));
    expect(failure).toBeInstanceOf(ProxmoxNotFoundError);
    expect(failure).toMatchObject({ what });
  });

  test.each<[string, string | null]>([
    ['VM is locked (backup)', 'backup'],
    ['CT is locked (snapshot-delete)', 'snapshot-delete'],
    ["can't lock file '/var/lock/qemu-server/lock-140.conf' - got timeout", null],
  ])('500 %s', async (text, lock) => {
    const failure = await failureOf(error(500, text), 'PUT');
    expect(failure).toBeInstanceOf(ProxmoxLockedError);
    expect(failure).toMatchObject({ lock });
  });

  test.each([
    'checksum mismatch (file change by other user?)',
    'detected modified configuration - file changed by other user? Try again.',
  ])('500 %s', async text => expect(await failureOf(error(500, text), 'PUT')).toBeInstanceOf(ProxmoxDigestMismatchError));

  test.each([
    'cluster not ready - no quorum?',
    "unable to open file '/etc/pve/nodes/pveb/qemu-server/100.conf.tmp.4711' - Permission denied",
    "create pool failed: cfs-lock 'file-user_cfg' error: no quorum!",
  ])('no quorum: %s', async text => {
    const failure = await failureOf(error(500, text), 'PUT');
    expect(failure).toBeInstanceOf(ProxmoxUnavailableError);
    expect(failure).toMatchObject({ reason: 'no-quorum' });
  });

  test('a name that was looked up', async () => {
    const failure = await failureOf(
      error(500, "hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known"),
    );
    expect(failure).toBeInstanceOf(ProxmoxUnknownNodeError);
    expect(failure).toMatchObject({ node: 'pve9' });
  });

  test('any other 500', async () => {
    const known = await failureOf(error(500, "can't remove VM 100 - protection mode enabled"), 'DELETE');
    expect(known).toBeInstanceOf(ProxmoxRefusedError);
    expect(known).toMatchObject({ reason: 'protected' });
    expect(await failureOf(error(500, 'something new'))).toMatchObject({
      reason: null,
      message: expect.stringMatching(/^something new \[GET/),
    });
  });

  test('the reason phrase, when there is no message', async () => {
    expect(await failureOf(bare(500, 'VM is locked (migrate)'), 'PUT')).toMatchObject({ lock: 'migrate' });
  });

  test('a text of several lines is whole, and has no line feed at its end', async () => {
    const failure = await failureOf(error(500, 'first line\nsecond line'));
    expect(failure).toMatchObject({ message: `first line\nsecond line [GET ${path}: 500]` });
  });

  test('501 and 404', async () => {
    expect(await failureOf(error(501, "Method 'GET /cluster/ha/rules' not implemented"))).toBeInstanceOf(
      ProxmoxNotImplementedError,
    );
    expect(await failureOf(bare(404, 'no such file'))).toMatchObject({ what: 'path' });
  });
});

describe('what nobody answered for', () => {
  test.each(['GET', 'PUT'] as const)('595 to %s: nothing was done', async method => {
    expect(await failureOf(bare(595, 'No route to host'), method)).toBeInstanceOf(ProxmoxNodeUnreachableError);
  });

  test.each([596, 597, 598, 599, 502, 503, 504])('%d is passing for a read and unknown for a write', async status => {
    expect(await failureOf(bare(status, 'Connection timed out'), 'GET')).toBeInstanceOf(ProxmoxUnavailableError);
    expect(await failureOf(bare(status, 'Connection timed out'), 'PUT')).toBeInstanceOf(ProxmoxUnknownOutcomeError);
    expect(await failureOf(bare(status, 'Connection timed out'), 'DELETE')).toBeInstanceOf(ProxmoxUnknownOutcomeError);
  });

  test('too many requests', async () => {
    expect(await failureOf(bare(429, 'Too Many Requests'), 'PUT')).toMatchObject({
      name: 'ProxmoxUnavailableError',
      reason: 'busy',
    });
  });
});

describe('what is no Proxmox', () => {
  const page: Answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>Log in</html>');
  };

  test('a page', async () => {
    expect(await failureOf(page)).toBeInstanceOf(ProxmoxResponseError);
    expect(await failureOf(page, 'PUT')).toBeInstanceOf(ProxmoxUnknownOutcomeError);
  });

  test('a redirect is not followed', async () => {
    const failure = await failureOf((_, response) => {
      response.writeHead(302, { location: 'https://elsewhere.example/' });
      response.end();
    });
    expect(failure).toBeInstanceOf(ProxmoxResponseError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/redirected/) });
  });
});

test('no secret is in an error, not even when the server repeats it', async () => {
  const { client } = await startPair((request, response) => {
    const auth = String(request.headers.authorization);
    sendError(response, 400, `odd header ${auth}`, {
      cipassword: `bad value '${new URLSearchParams(request.body).get('cipassword')}'`,
    });
  });
  const failure = await rejection(client.request('POST', '/cluster/options', { cipassword: 'hunter22' }));
  const shown = JSON.stringify([failure, String(failure), (failure as Error).stack, Object.getOwnPropertyDescriptors(failure)]);
  expect(shown).not.toContain(TOKEN.secret);
  expect(shown).not.toContain('hunter22');
  expect(shown).toContain('***');
  expect((failure as Error).cause).toBeUndefined();
});

test.each<[string, string | null]>([
  ["unable to create VM 100 - VM 100 already exists on node 'pve1'", 'id-taken'],
  ["CT 101 already exists on node 'pve1'", 'id-taken'],
  ['unable to create VM 150: config file already exists', 'id-taken'],
  ["close (rename) atomic file '/etc/pve/nodes/pve1/qemu-server/211.conf' failed: File exists", 'id-taken'],
  ['unable to create VM 183 - 403 Permission check failed (/vms/183, VM.Config.Options)', 'permission'],
  ["can't remove drive 'scsi0' - protection mode enabled", 'protected'],
  ['VM 100 is running - destroy failed', 'must-be-stopped'],
  ['unable to destroy CT 101 - container is running', 'must-be-stopped'],
  ['unable to remove VM 100 - used in HA resources and purge parameter not set.', 'used-by-ha'],
  ["There is a replication job '100-0' for guest '100' - Please remove that first.", 'replicated'],
  ["base volume 'local:180/base-180-disk-0.qcow2' is still in use by linked cloned", 'linked-clones'],
  ["no such cluster node 'pve9'", 'unknown-node'],
  ['VM 140 already running', 'already-running'],
  ['CT 101 not running', 'not-running'],
  ['VM 100 is not running', 'not-running'],
  ['QEMU guest agent is not running', 'agent-not-running'],
  ['No QEMU guest agent configured', 'agent-not-configured'],
  ["VM 100 qmp command 'guest-network-get-interfaces' failed - got timeout", 'agent-failed'],
  ["only root can set 'args' config", 'root-only'],
  ['shrinking disks is not supported', 'shrink'],
  ['unable to shrink disk size', 'shrink'],
  ['disk is already at specified size', 'same-size'],
  ['update pools failed: VM 100 is already a pool member', 'already-pool-member'],
  ['cannot index groups: ha groups have been migrated to rules', 'ha-groups-migrated'],
  ['no options specified', 'nothing-to-do'],
  ['received interrupt', 'interrupted'],
  ["bridge '' does not exist", null],
  ["invalid bootorder: device 'scsi9' does not exist'", null],
])('%s is %s', (text, reason) => expect(failureReason(text)).toBe(reason));
