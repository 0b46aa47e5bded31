const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take minutes, however short they are: begun last, they would be waited for alone. */
const long = ['safety/any-sequence', 'deletion/crash-matrix', 'intent/crash-matrix', 'crash/worker-crash'];
const isLong = ({ path }) => long.some(name => path.replaceAll('\\', '/').includes(`/${name}.test.`));

/** Jest's own order, by what files took before or by their length, but those that are known to be long first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter(test => !isLong(test))];
  }
};
