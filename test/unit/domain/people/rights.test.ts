import fc from 'fast-check';
import { type Permission, permissions } from '../../../../domain/people/permissions';
import { type Grant, rightsOf } from '../../../../domain/people/rights';
import { builtInRoles } from '../../../../domain/people/roles';

const endpoints = ['berlin', 'paris', 'rome'];
const permission = fc.constantFrom(...permissions);
const grants: fc.Arbitrary<Grant[]> = fc.array(
  fc.record({
    permissions: fc.uniqueArray(permission),
    endpointId: fc.option(fc.constantFrom(...endpoints), { nil: null }),
  }),
  { maxLength: 5 },
);
const narrowing = fc.option(fc.uniqueArray(permission), { nil: null });

const permissionsOf = (name: string): readonly Permission[] => builtInRoles.find(role => role.name === name)?.permissions ?? [];

describe('rights', () => {
  test('on one endpoint say nothing about another, nor about the installation', () => {
    const rights = rightsOf([{ permissions: ['view', 'run_sync'], endpointId: 'berlin' }]);
    expect(rights.holds('view', 'berlin')).toBe(true);
    expect(rights.holds('view', 'paris')).toBe(false);
    expect(rights.holds('view')).toBe(false);
    expect([rights.sees('berlin'), rights.sees('paris'), rights.sees()]).toEqual([true, false, false]);
    expect(rights.endpointsWith('run_sync')).toEqual(['berlin']);
  });

  test('on the installation are rights on every endpoint, those of later included', () => {
    const rights = rightsOf([{ permissions: ['view'], endpointId: null }]);
    expect(rights.holds('view', 'made tomorrow')).toBe(true);
    expect(rights.endpointsWith('view')).toBe('all');
    expect(rights.endpointsWith('run_sync')).toEqual([]);
  });

  test('are none for nobody, and none by a name that this release does not know', () => {
    for (const rights of [rightsOf([{ permissions: ['launch_rockets'], endpointId: null }], permissions)]) {
      for (const name of permissions) expect([rights.holds(name), rights.holds(name, 'berlin')]).toEqual([false, false]);
      expect(rights.sees('berlin')).toBe(false);
    }
  });

  test('agree with each other whichever way one asks', () => {
    fc.assert(
      fc.property(grants, narrowing, permission, fc.constantFrom(...endpoints), (given, narrowedTo, name, endpoint) => {
        const rights = rightsOf(given, narrowedTo);
        const where = rights.endpointsWith(name);
        expect(rights.holds(name, endpoint)).toBe(where === 'all' || where.includes(endpoint));
        expect(rights.holds(name)).toBe(where === 'all');
        expect(rights.sees(endpoint)).toBe(permissions.some(each => rights.holds(each, endpoint)));
      }),
    );
  });

  test('only shrink by narrowing, and only grow by another grant', () => {
    fc.assert(
      fc.property(
        grants,
        grants,
        narrowing,
        permission,
        fc.constantFrom(...endpoints),
        (given, more, narrowedTo, name, endpoint) => {
          if (rightsOf(given, narrowedTo).holds(name, endpoint)) expect(rightsOf(given).holds(name, endpoint)).toBe(true);
          if (rightsOf(given).holds(name, endpoint)) expect(rightsOf([...given, ...more]).holds(name, endpoint)).toBe(true);
          if (narrowedTo !== null && !narrowedTo.includes(name))
            expect(rightsOf(given, narrowedTo).holds(name, endpoint)).toBe(false);
        },
      ),
    );
  });
});

describe('built-in roles', () => {
  test('give what their names say', () => {
    expect(permissionsOf('viewer')).toEqual(['view']);
    expect(new Set(permissionsOf('operator'))).toEqual(new Set(['view', 'run_sync', 'operate']));
    expect(new Set(permissionsOf('approver'))).toEqual(new Set(['view', 'authorize_deletion_request']));
    expect(new Set(permissionsOf('auditor'))).toEqual(new Set(['view', 'audit']));
    expect(new Set(permissionsOf('administrator'))).toEqual(new Set(permissions));
  });

  test('let a planner ask for every change of a guest, and decide about none', () => {
    expect(new Set(permissionsOf('planner'))).toEqual(
      new Set(['view', ...permissions.filter(name => name.startsWith('intent_'))]),
    );
    expect(permissions.filter(name => name.startsWith('intent_'))).toHaveLength(6);
  });
});
