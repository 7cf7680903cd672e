/**
 * Finds the objects of a JSON file without parsing it: one document, one a line, or a single array of many gigabytes.
 *
 *     [ {…}, {…} ]     [ [ {…} ], [ {…} ] ]     {…} {…}     { "key": [ {…}, {…} ] }
 *
 * Elements are the objects, within arrays however nested; with a `key`, objects on the outside are only wrappers, and elements are
 * those in the array of that name. Not for whether an element is JSON: brackets are counted and strings are skipped, the rest is
 * its reader's. Invariant: elements are the same however the file is cut into chunks.
 */
import { MAX_ELEMENT_BYTES, placeText, SplitError, type Element, type Splitter } from './elements.ts';

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** No file of spans nests its arrays deeper; a file of brackets alone must not grow the stack. */
const MAX_NESTING = 8;
/** Of the name of a wrapper's member; a longer one is not the key. */
const MAX_KEY_BYTES = 256;

/** Where in the file the splitter stands, between elements. */
type Inside = 'array' | 'wrapper';

/** A value that is being passed: kept as an element, or skipped as a member of a wrapper. */
interface Passing {
  readonly isElement: boolean;
  readonly at: number;
  readonly line: number;
  readonly kept: Buffer[];
  bytes: number;
  depth: number;
  inString: boolean;
  isEscaped: boolean;
}

export class JsonSplitter implements Splitter {
  private readonly key: string | null;
  private readonly inside: Inside[] = [];
  private passing: Passing | null = null;
  /** Of the wrapper's member: its name as it is being read, or as it was. */
  private name: number[] | null = null;
  private nameIsEscaped = false;
  private member: string | null = null;
  private at = 0;
  private line = 1;

  constructor(key: string | null) {
    this.key = key;
  }

  push(chunk: Buffer): Element[] {
    const elements: Element[] = [];
    for (let pos = 0; pos < chunk.length;) {
      if (this.passing !== null) pos = this.pass(this.passing, chunk, pos, elements);
      else if (this.name !== null) pos = this.readName(this.name, chunk, pos);
      else pos = this.step(chunk, pos);
    }
    return elements;
  }

  end(): void {
    if (this.passing !== null)
      throw new SplitError(`the file ends within what begins at ${placeText(this.passing)}`);
    if (this.inside.length > 0 || this.name !== null)
      throw this.fault('the file ends before its brackets are closed');
  }

  /** One byte between values. */
  private step(chunk: Buffer, pos: number): number {
    const byte = chunk[pos] ?? 0;
    const inside = this.inside.at(-1);
    switch (byte) {
      case LINE_FEED:
        this.line += 1;
        break;
      case SPACE:
      case TAB:
      case RETURN:
        break;
      case COMMA:
        this.member = null;
        break;
      case OPEN_OBJECT:
        if (this.isWrapper()) this.enter('wrapper');
        else return this.begin(true, pos);
        break;
      case OPEN_ARRAY:
        if (inside === 'wrapper' && this.member !== this.key) return this.begin(false, pos);
        this.enter('array');
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (this.inside.pop() !== (byte === CLOSE_ARRAY ? 'array' : 'wrapper'))
          throw this.fault('a bracket closes nothing');
        this.member = null;
        break;
      default:
        return this.other(byte, inside, pos);
    }
    this.at += 1;
    return pos + 1;
  }

  private other(byte: number, inside: Inside | undefined, pos: number): number {
    if (this.at < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[this.at]) {
      this.at += 1;
      return pos + 1;
    }
    if (inside !== 'wrapper') throw this.fault('there should be an object');
    if (byte === QUOTE && this.member === null) this.name = [];
    else if (byte === QUOTE) return this.begin(false, pos);
    else if (byte !== COLON) this.skipLetter();
    this.at += 1;
    return pos + 1;
  }

  /** A number, true, false or null as a member: its letters say nothing. */
  private skipLetter(): void {
    if (this.member === null) throw this.fault('there should be the name of a member');
  }

  private isWrapper(): boolean {
    return this.key !== null && !this.inside.includes('wrapper');
  }

  private enter(inside: Inside): void {
    if (this.inside.length >= MAX_NESTING) throw this.fault('arrays are nested too deep');
    this.inside.push(inside);
    this.member = null;
  }

  /** The value at `pos` is passed from its first byte on. */
  private begin(isElement: boolean, pos: number): number {
    const isWanted = isElement && !(this.inside.at(-1) === 'wrapper');
    const { at, line } = this;
    this.passing = {
      isElement: isWanted,
      at,
      line,
      kept: [],
      bytes: 0,
      depth: 0,
      inString: false,
      isEscaped: false,
    };
    return pos;
  }

  /** Goes on in the value until it ends or the chunk does. */
  private pass(value: Passing, chunk: Buffer, from: number, elements: Element[]): number {
    let pos = from;
    let isWhole = false;
    while (pos < chunk.length && !isWhole) isWhole = this.passByte(value, chunk[pos++] ?? 0);
    value.bytes += pos - from;
    this.at += pos - from;
    if (value.isElement) {
      if (value.bytes > MAX_ELEMENT_BYTES) {
        throw new SplitError(`what begins at ${placeText(value)} has more than ${MAX_ELEMENT_BYTES} bytes`);
      }
      value.kept.push(chunk.subarray(from, pos));
    }
    if (isWhole) {
      if (value.isElement)
        elements.push({ bytes: Buffer.concat(value.kept), at: value.at, line: value.line });
      this.passing = null;
      this.member = null;
    }
    return pos;
  }

  /** Whether the value ends with it. */
  private passByte(value: Passing, byte: number): boolean {
    if (byte === LINE_FEED) this.line += 1;
    if (value.inString) {
      if (value.isEscaped) value.isEscaped = false;
      else if (byte === BACKSLASH) value.isEscaped = true;
      else if (byte === QUOTE) {
        value.inString = false;
        return value.depth === 0;
      }
      return false;
    }
    if (byte === QUOTE) value.inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) value.depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return --value.depth === 0;
    return false;
  }

  private readName(name: number[], chunk: Buffer, pos: number): number {
    const byte = chunk[pos] ?? 0;
    this.at += 1;
    if (this.nameIsEscaped) this.nameIsEscaped = false;
    else if (byte === BACKSLASH) this.nameIsEscaped = true;
    else if (byte === QUOTE) {
      this.member = Buffer.from(name).toString('utf8');
      this.name = null;
      return pos + 1;
    }
    if (name.length < MAX_KEY_BYTES) name.push(byte);
    return pos + 1;
  }

  private fault(problem: string): SplitError {
    return new SplitError(`${problem}, at ${placeText({ at: this.at, line: this.line })}`);
  }
}
