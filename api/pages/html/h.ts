import { type ComponentChildren, createElement, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

export type Html = VNode;
export type Children = ComponentChildren;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element. Text is escaped; an attribute that is false, null or undefined is left out. */
export function h(tag: string, attributes: Attributes | null, ...children: ComponentChildren[]): Html {
  return createElement(tag, attributes, ...children) as Html;
}

export const render = (html: Html): string => renderToString(html);
