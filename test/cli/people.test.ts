import { type CliServer, startCliServer } from './support/server';

let server: CliServer;
beforeAll(async () => {
  server = await startCliServer();
});
afterEach(async () => {
  await server.reset();
  await server.database.pool.query(`delete from app_user where username <> 'admin'`);
});
afterAll(() => server?.stop());

interface User {
  id: string;
  username: string;
  roles: { role: { name: string } }[];
}
const ann = (more: string[] = []): Promise<User> => server.json<User>(['user', 'create', 'ann', ...more]);
const canary = 'canary-password-91';

describe('user', () => {
  test('create with roles and a password that shows nowhere; list and show', async () => {
    const profile = ['--display-name', 'Ann', '--email', 'ann@example.com', '--role', 'viewer', '--role', 'auditor'];
    const { code, stdout, stderr } = await server.run(['user', 'create', 'ann', ...profile, '--password-file', '-'], {
      input: canary,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/name: +Ann[^]*signs in by: +password[^]*roles: +auditor, viewer/);
    expect(stdout + server.logged()).not.toContain(canary);
    expect((await server.run(['user', 'list'])).stdout).toMatch(/ann +Ann +password +– +enabled/);
    expect(await server.json(['user', 'show', 'ANN'])).toMatchObject({ email: 'ann@example.com', hasPassword: true });
    expect((await server.run(['user', 'show', 'an'])).code).toBe(2);
  });

  test('change, password, roles and delete', async () => {
    await ann();
    expect(await server.json(['user', 'change', 'ann', '--disable', '--username', 'anna'])).toMatchObject({
      username: 'anna',
      enabled: false,
    });
    expect((await server.run(['user', 'password', 'anna'], { env: { PROXBOX_USER_PASSWORD: canary } })).code).toBe(0);
    expect((await server.run(['user', 'password', 'anna', '--password-file', '-'], { input: 'short' })).code).toBe(1);
    const roles = async (args: string[]): Promise<string[]> => (await server.json<User>(args)).roles.map(({ role }) => role.name);
    expect(await roles(['user', 'give-role', 'anna', 'operator'])).toEqual(['operator']);
    expect(await roles(['user', 'take-role', 'anna', 'operator'])).toEqual([]);
    expect((await server.run(['user', 'take-role', 'anna', 'operator'])).code).toBe(2);
    expect((await server.run(['user', 'delete', 'anna'])).code).toBe(2);
    expect(await server.json(['user', 'delete', 'anna', '--yes'])).toMatchObject({ deleted: { username: 'anna' } });
  });
});

describe('token', () => {
  test('create prints it this once, and it works until it is revoked', async () => {
    await ann(['--role', 'viewer', '--role', 'auditor']);
    const made = await server.run(['token', 'create', 'cron', '--user', 'ann', '--permission', 'view', '--days', '30']);
    const token = made.stdout.trim();
    expect(token).toMatch(/^pbx_/);
    const as = { env: { PROXBOX_TOKEN: token } };
    expect((await server.run(['endpoint', 'list'], as)).code).toBe(0);
    expect(await server.run(['audit', 'list'], as)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('permission audit'),
    });

    const list = await server.run(['token', 'list', '--user', 'ann']);
    expect(list.stdout).toMatch(/cron +pbx_\w+_ +view/);
    expect(list.stdout).not.toContain(token);
    expect((await server.run(['token', 'revoke', 'cron', '--user', 'ann'])).code).toBe(0);
    expect((await server.run(['endpoint', 'list'], as)).code).toBe(1);
    expect((await server.run(['token', 'revoke', 'cron', '--user', 'ann'])).code).toBe(2);
  });

  test('is for people: the key of the environment has none of its own', async () => {
    expect(await server.run(['token', 'list'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Only for people') });
  });

  test('of a permission that is not known: 2', async () => {
    const { code, stderr } = await server.run(['token', 'create', 'x', '--permission', 'run-sync']);
    expect(stderr).toContain('Did you mean "run_sync"?');
    expect(code).toBe(2);
  });
});

describe('audit', () => {
  test('list tells who did what, and chooses', async () => {
    await ann();
    const { stdout } = await server.run(['audit', 'list', '--limit', '5']);
    expect(stdout).toMatch(/api-key:environment \(environment\) +user\.create +user .+ +succeeded/);
    const { items } = await server.json<{ items: { action: string }[] }>(['audit', 'list', '--action', 'user.create']);
    expect(new Set(items.map(({ action }) => action))).toEqual(new Set(['user.create']));
  });

  test('verify is content with what was written, and names the first row that was altered: 1', async () => {
    await ann();
    const intact = await server.run(['audit', 'verify']);
    expect(intact).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Intact: \d+ rows, up to row/) });
    const { rows } = await server.database.pool.query<{ seq: string }>('select max(seq) as seq from audit');
    const seq = Number(rows[0]?.seq) - 1;
    await server.database.pool.query(
      `do $$ begin
         alter table audit disable trigger all;
         update audit set actor = 'somebody' where seq = ${seq};
         alter table audit enable always trigger audit_append_only;
       end $$`,
    );
    const altered = await server.run(['audit', 'verify']);
    expect(altered).toMatchObject({ code: 1, stderr: expect.stringContaining(`Row ${seq} `) });
    const json = await server.run(['audit', 'verify', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ intact: false, fault: { seq, kind: 'altered' } });
  });
});
