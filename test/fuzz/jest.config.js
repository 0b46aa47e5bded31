const { join } = require('node:path');
const base = require('../../jest.config.js');

/** Tests that try an interface with what nobody thought of. They take minutes and are no part of `npm test`. */
module.exports = { ...base, rootDir: join(__dirname, '../..'), roots: ['<rootDir>/test/fuzz'], testMatch: ['**/*.fuzz.ts'] };
