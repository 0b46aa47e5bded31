import { type ApiServer, type Answer, startApiServer } from '../support/api-server';
import { newTokenView } from '../../../api/auth/schema';
import { userView } from '../../../api/people/schema';
import { addPerson, askWith } from './support/people';

/** Passwords and tokens are planted wherever one can put them; afterwards they are looked for wherever something is kept or said. */

let server: ApiServer;
const answers: Answer[] = [];
const planted = new Set<string>();
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const plant = (word: string): string => {
  const secret = `canary-${word}-secret`;
  planted.add(secret);
  return secret;
};

const raw = async (path: string, type: string, body: string) => {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: { 'content-type': type },
  });
  answers.push({ status: response.status, headers: response.headers, body: await response.text() });
};

async function everyRow(): Promise<string> {
  const { pool } = server.database;
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const contents = await Promise.all(rows.map(({ name }) => pool.query<{ row: string }>(`select t::text as row from ${name} t`)));
  return contents.flatMap(result => result.rows.map(({ row }) => row)).join('\n');
}

test('no password and no token is in a log line, an answer or a row', async () => {
  const note = async (answer: Promise<Answer>) => answers[answers.push(await answer) - 1];
  const admin = await addPerson(server, { roles: ['administrator'], password: plant('admin') });

  const created = await note(admin.ask('POST', '/users', { body: { username: 'kim', password: plant('first') } }));
  const { id } = userView.parse(created?.body);
  await note(admin.ask('PUT', `/users/${id}/password`, { body: { password: plant('reset') } }));
  await note(admin.ask('PUT', `/users/${id}/password`, { body: { password: plant('with-more'), more: 1 } }));
  await note(admin.ask('POST', '/users', { body: { username: `${plant('as-a-name')} `, password: 'short' } }));
  await note(admin.ask('PUT', '/auth/password', { body: { oldPassword: plant('guess'), newPassword: plant('new') } }));
  await note(admin.ask('PUT', '/auth/password', { body: { oldPassword: plant('admin'), newPassword: plant('new') } }));

  for (const [username, password] of [
    [admin.username, plant('new')],
    ['kim', plant('reset')],
    ['kim', plant('wrong')],
    [plant('in-the-wrong-field'), 'x'],
  ] as const) {
    await raw('/auth/login', 'application/json', JSON.stringify({ username, password }));
    await raw('/auth/login', 'application/x-www-form-urlencoded', new URLSearchParams({ username, password }).toString());
  }
  await raw('/auth/login', 'application/json', `{"password": "${plant('broken')}`);
  await raw('/auth/login', 'text/plain', plant('plain'));

  const made = await admin.ask('POST', '/auth/tokens', { body: { name: 'new' } });
  const { token } = newTokenView.parse(made.body);
  planted.add(token).add(token.slice(-43)).add(admin.token).add(admin.token.slice(-43));
  const ask = askWith(server, token);
  for (const path of ['/auth/me', '/auth/tokens', '/users', `/users/${admin.id}/tokens`, '/nowhere'])
    await note(ask('GET', path));
  await note(askWith(server, plant('as-a-token'))('GET', '/auth/me'));
  await server.database.pool.query('alter table role rename to role_elsewhere');
  await note(ask('GET', '/users'));
  await server.database.pool.query('alter table role_elsewhere rename to role');

  const cookies = answers.flatMap(({ headers }) => headers.getSetCookie().map(cookie => /=([\w-]+)/.exec(cookie)?.[1] ?? ''));
  expect(cookies).toHaveLength(4);
  const rows = await everyRow();
  const said = answers.map(({ body }) => JSON.stringify(body)).join('\n');
  expect(rows).toContain(admin.username);
  expect(said).toContain(admin.username);
  for (const secret of [...planted, ...cookies]) {
    expect(server.logged()).not.toContain(secret);
    expect(rows).not.toContain(secret);
    expect(said).not.toContain(secret);
  }
});
