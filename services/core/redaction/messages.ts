/**
 * The messages of a request that hold attributes or texts: Resource, Scope, Span, Event, Link, Status. Fields come in any order
 * and are taken one by one; what no rule and no limit concerns is passed over.
 */
import * as field from '../otlp/fields.ts';
import { Cursor, LENGTH, readLength, readTag, skipValue } from '../wire/cursor.ts';
import { Counted } from './counted.ts';
import { enter, leave, remove } from './edits.ts';
import { hitLimit, hitRule, markPass, recordChange, undoPass, type Pass } from './pass.ts';
import type { ContextPlans, PlacePlans } from './plans.ts';
import type { AttributePlace, Limit, TextPlace } from './policy.ts';
import { applyPlan, limitText, type Text } from './texts.ts';
import { putText, redactPair } from './values.ts';

/** Where a message's attributes are, and what limits them. */
interface AttributeFields {
  readonly place: AttributePlace;
  readonly attributes: number;
  readonly dropped: number;
  readonly limit: Limit;
}

const RESOURCE: AttributeFields = {
  place: 'resource',
  attributes: field.RESOURCE_ATTRIBUTES,
  dropped: field.RESOURCE_DROPPED_ATTRIBUTES,
  limit: 'name-bytes',
};
const SCOPE: AttributeFields = {
  place: 'scope',
  attributes: field.SCOPE_ATTRIBUTES,
  dropped: field.SCOPE_DROPPED_ATTRIBUTES,
  limit: 'name-bytes',
};
const SPAN: AttributeFields = {
  place: 'span',
  attributes: field.SPAN_ATTRIBUTES,
  dropped: field.SPAN_DROPPED_ATTRIBUTES,
  limit: 'span-attributes',
};
const EVENT: AttributeFields = {
  place: 'event',
  attributes: field.EVENT_ATTRIBUTES,
  dropped: field.EVENT_DROPPED_ATTRIBUTES,
  limit: 'event-attributes',
};
const LINK: AttributeFields = {
  place: 'link',
  attributes: field.LINK_ATTRIBUTES,
  dropped: field.LINK_DROPPED_ATTRIBUTES,
  limit: 'link-attributes',
};

/** The attributes of a resource or a scope, which protobuf merges where it comes twice: so the count is the caller's. */
export const unlimited = (): Counted => new Counted(Infinity);

export function redactResource(
  pass: Pass,
  plans: ContextPlans,
  counted: Counted,
  start: number,
  end: number,
): void {
  redactHeader(pass, plans, RESOURCE, counted, start, end);
}

export function redactScope(
  pass: Pass,
  plans: ContextPlans,
  counted: Counted,
  start: number,
  end: number,
): void {
  redactHeader(pass, plans, SCOPE, counted, start, end);
}

function redactHeader(
  pass: Pass,
  { byPlace }: ContextPlans,
  fields: AttributeFields,
  counted: Counted,
  start: number,
  end: number,
): void {
  const cursor = new Cursor(pass.buf, start, end);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = readTag(cursor);
    if (tag === fields.attributes)
      redactAttribute(pass, byPlace[fields.place], fields, counted, cursor, fieldStart);
    else if (tag === fields.dropped) counted.readCount(pass.edits, cursor);
    else skipValue(cursor, tag);
  }
  counted.finish(pass.edits, fields.dropped, end);
}

export function redactSpan(pass: Pass, plans: ContextPlans, start: number, end: number): void {
  const { byPlace, needs } = plans;
  const { edits, limits } = pass;
  const attributes = new Counted(limits['span-attributes']);
  const events = new Counted(limits.events);
  const links = new Counted(limits.links);
  const cursor = new Cursor(pass.buf, start, end);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = readTag(cursor);
    switch (tag) {
      case field.SPAN_ATTRIBUTES:
        redactAttribute(pass, byPlace.span, SPAN, attributes, cursor, fieldStart);
        break;
      case field.SPAN_EVENTS:
        redactChild(pass, plans, needs.event ? redactEvent : null, events, 'events', cursor, fieldStart);
        break;
      case field.SPAN_LINKS:
        redactChild(pass, plans, needs.link ? redactLink : null, links, 'links', cursor, fieldStart);
        break;
      case field.SPAN_DROPPED_ATTRIBUTES:
        attributes.readCount(edits, cursor);
        break;
      case field.SPAN_DROPPED_EVENTS:
        events.readCount(edits, cursor);
        break;
      case field.SPAN_DROPPED_LINKS:
        links.readCount(edits, cursor);
        break;
      case field.SPAN_NAME:
        redactTextField(pass, byPlace['span-name'], 'span-name', tag, cursor, fieldStart);
        break;
      case field.SPAN_TRACE_STATE:
        redactTextField(pass, byPlace['trace-state'], 'trace-state', tag, cursor, fieldStart);
        break;
      case field.SPAN_STATUS:
        if (needs.status) redactNested(pass, plans, redactStatus, cursor);
        else skipValue(cursor, tag);
        break;
      default:
        skipValue(cursor, tag);
    }
  }
  attributes.finish(edits, field.SPAN_DROPPED_ATTRIBUTES, end);
  events.finish(edits, field.SPAN_DROPPED_EVENTS, end);
  links.finish(edits, field.SPAN_DROPPED_LINKS, end);
}

type Redact = (pass: Pass, plans: ContextPlans, start: number, end: number) => void;

/** An event or a link; passed over where there is nothing to do in it. */
function redactChild(
  pass: Pass,
  plans: ContextPlans,
  redact: Redact | null,
  counted: Counted,
  limit: Limit,
  cursor: Cursor,
  fieldStart: number,
): void {
  if (counted.isFull()) {
    const length = readLength(cursor);
    cursor.pos += length;
    counted.dropped++;
    hitLimit(pass, limit);
    remove(pass.edits, fieldStart, cursor.pos);
    return;
  }
  counted.kept++;
  if (redact !== null) redactNested(pass, plans, redact, cursor);
  else skipValue(cursor, LENGTH);
}

/** The message whose tag was just read. */
export function redactNested(pass: Pass, plans: ContextPlans, redact: Redact, cursor: Cursor): void {
  const lengthStart = cursor.pos;
  const length = readLength(cursor);
  const start = cursor.pos;
  cursor.pos += length;
  enter(pass.edits, lengthStart, start);
  redact(pass, plans, start, cursor.pos);
  leave(pass.edits, cursor.pos);
}

const redactEvent: Redact = (pass, { byPlace }, start, end) => {
  const counted = new Counted(pass.limits['event-attributes']);
  const cursor = new Cursor(pass.buf, start, end);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = readTag(cursor);
    if (tag === field.EVENT_ATTRIBUTES)
      redactAttribute(pass, byPlace.event, EVENT, counted, cursor, fieldStart);
    else if (tag === field.EVENT_DROPPED_ATTRIBUTES) counted.readCount(pass.edits, cursor);
    else if (tag === field.EVENT_NAME) {
      redactTextField(pass, byPlace['event-name'], 'event-name', tag, cursor, fieldStart);
    } else skipValue(cursor, tag);
  }
  counted.finish(pass.edits, field.EVENT_DROPPED_ATTRIBUTES, end);
};

const redactLink: Redact = (pass, { byPlace }, start, end) => {
  const counted = new Counted(pass.limits['link-attributes']);
  const cursor = new Cursor(pass.buf, start, end);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = readTag(cursor);
    if (tag === field.LINK_ATTRIBUTES) redactAttribute(pass, byPlace.link, LINK, counted, cursor, fieldStart);
    else if (tag === field.LINK_DROPPED_ATTRIBUTES) counted.readCount(pass.edits, cursor);
    else if (tag === field.LINK_TRACE_STATE) {
      redactTextField(pass, byPlace['trace-state'], 'trace-state', tag, cursor, fieldStart);
    } else skipValue(cursor, tag);
  }
  counted.finish(pass.edits, field.LINK_DROPPED_ATTRIBUTES, end);
};

const redactStatus: Redact = (pass, { byPlace }, start, end) => {
  const cursor = new Cursor(pass.buf, start, end);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = readTag(cursor);
    if (tag === field.STATUS_MESSAGE) {
      redactTextField(pass, byPlace['status-message'], 'status-message', tag, cursor, fieldStart);
    } else skipValue(cursor, tag);
  }
};

function redactAttribute(
  pass: Pass,
  plans: PlacePlans,
  { place, limit }: AttributeFields,
  counted: Counted,
  cursor: Cursor,
  fieldStart: number,
): void {
  const lengthStart = cursor.pos;
  const length = readLength(cursor);
  const start = cursor.pos;
  const end = (cursor.pos += length);
  pass.place = place;
  const fate = counted.isFull() ? 'over' : redactPair(pass, plans, null, lengthStart, start, end);
  if (fate === 'kept') {
    counted.kept++;
    return;
  }
  remove(pass.edits, fieldStart, end);
  if (fate === 'dropped') return;
  counted.dropped++;
  hitLimit(pass, fate === 'over' ? limit : 'name-bytes');
}

/** What limits the length of a text; a trace state that is cut is none. */
const TEXT_LIMITS: Readonly<Record<TextPlace, 'name-bytes' | 'value-bytes' | null>> = {
  'span-name': 'name-bytes',
  'event-name': 'name-bytes',
  'status-message': 'value-bytes',
  'trace-state': null,
};

function redactTextField(
  pass: Pass,
  { unnamed: plan }: PlacePlans,
  place: TextPlace,
  tag: number,
  cursor: Cursor,
  fieldStart: number,
): void {
  const length = readLength(cursor);
  const start = cursor.pos;
  const end = (cursor.pos += length);
  const limit = TEXT_LIMITS[place];
  if (length === 0 || (plan.isIdle && (limit === null || length <= pass.limits[limit]))) return;
  pass.place = place;
  pass.attributeName = '';
  const before = markPass(pass);
  const text: Text = { buf: pass.buf, start, end, tag, kind: 'text' };
  if (applyPlan(pass, plan, text) === 'drop') {
    undoPass(pass, before);
    if (pass.droppedBy !== null) hitRule(pass, pass.droppedBy.number);
    recordChange(pass, pass.droppedBy?.id ?? '', pass.buf.slice(start, end), null);
    remove(pass.edits, fieldStart, end);
    return;
  }
  if (limit !== null) limitText(pass, text, limit);
  text.tag = tag;
  putText(pass, text, fieldStart, end);
}
