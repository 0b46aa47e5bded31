import { type Children, h } from '../html/h';

/** Text in which `code` stands between backticks. */
export const prose = (text: string): Children[] =>
  text.split('`').map((part, index) => (index % 2 === 0 ? part : h('code', null, part)));
