import packageJson from '../package.json';

/** Of this command; `/meta` tells that of the API. */
export const { version } = packageJson;
