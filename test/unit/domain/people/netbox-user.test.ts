import { personForNetBoxUser } from '../../../../domain/people/netbox-user';

const ann = { id: 'a', enabled: true, netboxUsername: 'ann' };
const bob = { id: 'b', enabled: true, netboxUsername: 'Bob' };
const gone = { id: 'g', enabled: false, netboxUsername: 'gone' };
const unlinked = { id: 'u', enabled: true, netboxUsername: null };
const people = [ann, bob, gone, unlinked];

describe('who acts in NetBox', () => {
  test('is the person that is linked with that user', () => {
    expect(personForNetBoxUser(people, 'ann')).toBe(ann);
    expect(personForNetBoxUser(people, 'Bob')).toBe(bob);
  });

  test.each([['nobody knows'], ['bob'], ['gone'], [''], [null], [undefined], ['null']])('is nobody for %p', name => {
    expect(personForNetBoxUser(people, name)).toBeUndefined();
  });

  test('is nobody while two are linked with the same user', () => {
    expect(personForNetBoxUser([...people, { ...ann, id: 'second' }], 'ann')).toBeUndefined();
  });
});
