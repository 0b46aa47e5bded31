import fc from 'fast-check';
import {
  formatPropertyString,
  parsePropertyString,
  propertyValue,
  withoutProperty,
  withProperty,
} from '../../../../domain/proxmox/property-string';

const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,11}$/);
const value = fc.stringMatching(/^[^,]{0,20}$/);
const propertyText = fc
  .array(
    fc.oneof(
      value,
      fc.tuple(key, value).map(pair => pair.join('=')),
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(','));

describe('property strings', () => {
  test('every text comes back unchanged', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), propertyText), text => formatPropertyString(parsePropertyString(text)) === text));
  });

  test('a value that was set is read back, and nothing else changes', () => {
    fc.assert(
      fc.property(propertyText, key, value, (text, name, wanted) => {
        const before = parsePropertyString(text);
        const after = parsePropertyString(formatPropertyString(withProperty(before, name, wanted)));
        expect(propertyValue(after, name)).toBe(wanted);
        expect(withoutProperty(after, name).filter(part => part.value !== '')).toEqual(
          withoutProperty(before, name).filter(part => part.value !== ''),
        );
      }),
    );
  });

  test('unknown keys and their order survive a change', () => {
    const parts = parsePropertyString('virtio=BC:24:11:00:00:01,bridge=vmbr0,future=x,tag=20');
    expect(formatPropertyString(withProperty(parts, 'bridge', 'vmbr1'))).toBe(
      'virtio=BC:24:11:00:00:01,bridge=vmbr1,future=x,tag=20',
    );
    expect(formatPropertyString(withoutProperty(parts, 'tag'))).toBe('virtio=BC:24:11:00:00:01,bridge=vmbr0,future=x');
  });

  test('the default key is read bare or by name, and keeps its spelling', () => {
    expect(propertyValue(parsePropertyString('1,type=isa'), 'enabled', true)).toBe('1');
    expect(propertyValue(parsePropertyString('type=isa,enabled=0'), 'enabled', true)).toBe('0');
    expect(formatPropertyString(withProperty(parsePropertyString('1,type=isa'), 'enabled', '0', true))).toBe('0,type=isa');
    expect(propertyValue(parsePropertyString(' '), 'enabled', true)).toBeUndefined();
  });

  test('only the first equals sign separates, and a volume with one is no key', () => {
    expect(propertyValue(parsePropertyString('uuid=x,serial=QUI=,base64=1'), 'serial')).toBe('QUI=');
    expect(propertyValue(parsePropertyString('local:iso/a=b.iso,media=cdrom'), 'file', true)).toBe('local:iso/a=b.iso');
  });
});
