/** Search: filters, the results as a plot and as a list, page by page. */
import './search_view.css';
import { useState } from 'react';
import type { FoundTrace, FoundTraces, Services } from '../api/answers.ts';
import { ask, AskError } from '../api/ask.ts';
import { useAnswer } from '../api/use_answer.ts';
import { plural } from '../format/number.ts';
import { rangeOf } from '../router/view.ts';
import { go, useAddress } from '../router/use_address.ts';
import { NoData } from '../ui/no_data.tsx';
import { Failure, Loading, Notice } from '../ui/notice.tsx';
import { RangePicker } from '../ui/range_picker.tsx';
import { apiParameters, filtersOf, searchHref } from './filters.ts';
import { ScatterPlot } from './scatter_plot.tsx';
import { SearchForm } from './search_form.tsx';
import { TraceList } from './trace_list.tsx';

const PAGE = 50;

export function SearchView() {
  const { search } = useAddress();
  const range = rangeOf(search);
  const services = useAnswer<Services>('/api/v1/services', { ...range });
  const found = useAnswer<FoundTraces>('/api/v1/traces', apiParameters(search, PAGE));
  return (
    <>
      <div className="page-head">
        <h1>Traces</h1>
        <div className="end">
          <RangePicker />
        </div>
      </div>
      <SearchForm key={search.toString()} services={services.value?.services ?? []} onSearch={found.again} />
      {found.error !== null && <Failure error={found.error} again={found.again} />}
      {found.value === null && found.error === null && <Loading what="traces" />}
      {found.value !== null && found.error?.passing !== false && (
        <Results
          key={`${search.toString()}/${found.value.traces[0]?.traceId ?? ''}`}
          first={found.value}
          stale={found.loading}
          storeIsEmpty={services.value?.services.length === 0}
        />
      )}
    </>
  );
}

interface ResultsProps {
  readonly first: FoundTraces;
  readonly stale: boolean;
  readonly storeIsEmpty: boolean;
}

function Results({ first, stale, storeIsEmpty }: ResultsProps) {
  const { search } = useAddress();
  const pages = useMorePages(first, search);
  const { order } = filtersOf(search);
  if (first.traces.length === 0) return <NothingFound storeIsEmpty={storeIsEmpty} />;
  const { traces } = pages;
  return (
    <section className="panel results" aria-label="Results" aria-busy={stale}>
      <header>
        <h2 aria-live="polite">
          {plural(traces.length, 'trace')}
          {pages.next !== null && <span className="muted"> and more</span>}
        </h2>
        <span className="segments end" role="group" aria-label="Order">
          {(['newest', 'longest'] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="button small"
              aria-pressed={order === one}
              onClick={() => go(searchHref({ ...filtersOf(search), order: one }, rangeOf(search)))}
            >
              {one === 'newest' ? 'Newest first' : 'Longest first'}
            </button>
          ))}
        </span>
      </header>
      <ScatterPlot traces={traces} />
      <TraceList traces={traces} />
      <footer>
        {pages.error !== null && <span className="error-text">{pages.error}</span>}
        {pages.next === null ? (
          <span className="muted">These are all.</span>
        ) : (
          <button type="button" className="button" disabled={pages.loading} onClick={pages.more}>
            {pages.loading ? 'Loading…' : `Next ${PAGE}`}
          </button>
        )}
      </footer>
    </section>
  );
}

/** Pages after the first, added at the end. */
function useMorePages(first: FoundTraces, search: URLSearchParams) {
  const [added, setAdded] = useState<{ traces: readonly FoundTrace[]; next: string | null }>({
    traces: [],
    next: first.next,
  });
  const [state, setState] = useState<{ loading: boolean; error: string | null }>({
    loading: false,
    error: null,
  });
  const more = async (): Promise<void> => {
    setState({ loading: true, error: null });
    try {
      const parameters = { ...apiParameters(search, PAGE), after: added.next };
      const page = await ask<FoundTraces>('/api/v1/traces', parameters, AbortSignal.timeout(60_000));
      setAdded({ traces: [...added.traces, ...page.traces], next: page.next });
      setState({ loading: false, error: null });
    } catch (error) {
      setState({ loading: false, error: error instanceof AskError ? error.message : 'no answer' });
    }
  };
  return {
    traces: [...first.traces, ...added.traces],
    next: added.next,
    ...state,
    more: () => void more(),
  };
}

function NothingFound({ storeIsEmpty }: { readonly storeIsEmpty: boolean }) {
  const { search } = useAddress();
  const filtered = [...search.keys()].some(
    (name) => name !== 'since' && name !== 'until' && name !== 'order',
  );
  if (storeIsEmpty && !filtered) return <NoData />;
  return (
    <Notice title="No trace matches">
      <p>
        All that is asked of a span must hold of one span of the trace. Take a condition away, or look at a
        longer time.
      </p>
      <button type="button" className="button small" onClick={() => go('/search?since=24h')}>
        All traces of 24 hours
      </button>
    </Notice>
  );
}
