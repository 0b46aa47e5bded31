import fc from 'fast-check';
import { formatSize, parseSize, toMebibytes } from '../../../../domain/proxmox/size';

describe('sizes', () => {
  test.each([
    ['32G', 34359738368],
    ['2816M', 2952790016],
    ['104858K', 107374592],
    ['3221227008', 3221227008],
    ['0T', 0],
    ['0.5G', 536870912],
    ['0.1G', 107374182],
    ['2T', 2199023255552],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(['', 'G', '-1G', '1.G', '1GiB', 'one'])('%j is no size', text => expect(parseSize(text)).toBeNull());

  test('bytes are written with the largest exact unit', () => {
    expect([0, 1, 1024, 1536 * 1024 ** 2, 1024 ** 4, 107374592].map(formatSize)).toEqual([
      '0T',
      '1',
      '1K',
      '1536M',
      '1T',
      '104858K',
    ]);
    fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), bytes => parseSize(formatSize(bytes)) === bytes));
  });

  test('MiB are rounded up, and a disk that is not empty has at least one', () => {
    expect([0, 1, 1024 ** 2, 1024 ** 2 + 1, 107374592].map(toMebibytes)).toEqual([0, 1, 1, 2, 103]);
  });
});
