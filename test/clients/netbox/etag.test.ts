import { etagOf } from '../../../clients/netbox/etag';

describe('the ETag of a list row', () => {
  it.each([
    ['2026-11-22T18:20:31.774629Z', 'W/"2026-11-22T18:20:31.774629+00:00"'],
    ['2026-11-22T18:20:31Z', 'W/"2026-11-22T18:20:31+00:00"'],
    ['2026-11-22T23:50:31.000001+01:00', 'W/"2026-11-22T22:50:31.000001+00:00"'],
    ['2026-01-01T00:10:00.5-03:30', 'W/"2026-01-01T03:40:00.5+00:00"'],
  ])('of %s is %s', (lastUpdated, etag) => {
    expect(etagOf(lastUpdated)).toBe(etag);
  });

  it.each(['', 'yesterday', '2026-11-22'])('does not exist for %j', text => {
    expect(() => etagOf(text)).toThrow(TypeError);
  });
});
