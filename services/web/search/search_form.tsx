/** The filters of a search. What is typed counts when the form is sent; what is chosen counts at once. */
import './search_form.css';
import { useId, useState, type ReactNode } from 'react';
import type { Operations, Service } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { keepTenant } from '../router/tenant.ts';
import { go, useAddress } from '../router/use_address.ts';
import { rangeOf } from '../router/view.ts';
import {
  filtersOf,
  formatAttributes,
  isDuration,
  KINDS,
  parseAttributes,
  searchHref,
  STATUSES,
  type Filters,
} from './filters.ts';

interface SearchFormProps {
  readonly services: readonly Service[];
  readonly onSearch: () => void;
}

export function SearchForm({ services, onSearch }: SearchFormProps) {
  const { search } = useAddress();
  const range = rangeOf(search);
  const [draft, setDraft] = useState(() => filtersOf(search));
  const [attributes, setAttributes] = useState(() => formatAttributes(draft.attributes));
  const parsed = parseAttributes(attributes);
  const wrong = faultOf(draft, parsed.wrong);
  const send = (filters: Filters): void => {
    const href = searchHref({ ...filters, attributes: parsed.pairs }, range);
    if (keepTenant(href, search) === location.pathname + location.search) onSearch();
    else go(href);
  };
  const set = (change: Partial<Filters>): void => setDraft({ ...draft, ...change });
  const choose = (change: Partial<Filters>): void => {
    set(change);
    if (wrong === null) send({ ...draft, ...change });
  };
  return (
    <form
      className="search-form panel"
      role="search"
      aria-label="Traces"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong === null) send(draft);
      }}
    >
      <Choice
        label="Service"
        value={draft.service}
        options={namesWith(
          services.map(({ service }) => service),
          draft.service,
        )}
        onChoose={(service) => choose({ service, operation: '' })}
      />
      <OperationField draft={draft} onChange={(operation) => set({ operation })} />
      <Choice label="Kind" value={draft.kind} options={KINDS} onChoose={(kind) => choose({ kind })} />
      <Choice
        label="Status"
        value={draft.status}
        options={STATUSES}
        onChoose={(status) => choose({ status })}
      />
      <Text
        label="Longer than"
        hint="100ms"
        value={draft.minDuration}
        onChange={(minDuration) => set({ minDuration })}
      />
      <Text
        label="Shorter than"
        hint="2s"
        value={draft.maxDuration}
        onChange={(maxDuration) => set({ maxDuration })}
      />
      <div className="wide">
        <Text
          label="Attributes"
          hint="user.id=u7 http.route=/checkout"
          value={attributes}
          onChange={setAttributes}
        />
      </div>
      <div className="search-send">
        <button type="submit" className="button primary">
          Search
        </button>
        <button
          type="button"
          className="button quiet"
          onClick={() => go(searchHref(filtersOf(new URLSearchParams()), range))}
        >
          Clear
        </button>
      </div>
      {wrong !== null && (
        <p className="error-text search-wrong" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}

function faultOf({ minDuration, maxDuration }: Filters, wrongAttribute: string | null): string | null {
  if (!isDuration(minDuration) || !isDuration(maxDuration))
    return 'A duration is like 250ms, 1.5s, 2m or 80us.';
  if (wrongAttribute !== null)
    return `An attribute is like http.route=/checkout; “${wrongAttribute}” has no =.`;
  return null;
}

/** What is chosen stays choosable, even if it is not there in this stretch of time. */
function namesWith(names: readonly string[], chosen: string): string[] {
  return [...new Set([...names, ...(chosen === '' ? [] : [chosen])])].sort();
}

function OperationField({
  draft,
  onChange,
}: {
  readonly draft: Filters;
  readonly onChange: (value: string) => void;
}) {
  const range = rangeOf(useAddress().search);
  const asked = draft.service === '' ? null : '/api/v1/operations';
  const { value } = useAnswer<Operations>(asked, { service: draft.service, limit: 500, ...range });
  const list = useId();
  const names = [...new Set(value?.operations.map(({ operation }) => operation) ?? [])].sort();
  return (
    <>
      <Text
        label="Operation"
        hint={draft.service === '' ? 'any' : 'any; type to choose'}
        value={draft.operation}
        list={list}
        onChange={onChange}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChoose(event.target.value)}>
          <option value="">Any</option>
          {options.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

interface TextProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly list?: string;
  readonly onChange: (value: string) => void;
}

function Text({ label, hint, value, list, onChange }: TextProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          placeholder={hint}
          spellCheck={false}
          autoComplete="off"
          value={value}
          {...(list !== undefined && { list })}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Labelled>
  );
}

function Labelled({
  label,
  children,
}: {
  readonly label: string;
  readonly children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
