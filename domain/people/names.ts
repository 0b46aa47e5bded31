/** NetBox's rule for usernames, without letters beyond ASCII: 150 characters at most. A colon is none of them, so a username is never taken for a key's name. */
export const usernamePattern = /^[A-Za-z0-9@.+_-]{1,150}$/;

export const USERNAME_RULE = 'Give 1 to 150 letters, digits and @ . + - _';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 1_000;

/** Characters as people count them. */
export const passwordLength = (password: string): number => [...password].length;
