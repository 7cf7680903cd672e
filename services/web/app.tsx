/** The frame of the page: navigation above, the view below. */
import './app.css';
import icon from './icon.svg';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Link } from './router/link.tsx';
import { useAddress } from './router/use_address.ts';
import { rangeOf, rangeParameters, viewOf, withQuery, type View } from './router/view.ts';
import { SearchView } from './search/search_view.tsx';
import { TraceView } from './trace/trace_view.tsx';
import { Loading, Notice } from './ui/notice.tsx';
import { TenantSwitch } from './ui/tenant_switch.tsx';
import { ThemeSwitch } from './ui/theme_switch.tsx';
import { TraceIdBox } from './ui/trace_id_box.tsx';

const MapView = lazy(() => import('./map/map_view.tsx'));
const ServicesView = lazy(() => import('./service/services_view.tsx'));
const ServiceView = lazy(() => import('./service/service_view.tsx'));
const CompareView = lazy(() => import('./compare/compare_view.tsx'));
const PipelineView = lazy(() => import('./pipeline/pipeline_view.tsx'));

const SECTIONS: readonly { path: string; label: string; views: readonly View['name'][] }[] = [
  { path: '/search', label: 'Traces', views: ['search', 'trace'] },
  { path: '/services', label: 'Services', views: ['services', 'service'] },
  { path: '/map', label: 'Map', views: ['map'] },
  { path: '/compare', label: 'Compare', views: ['compare'] },
  { path: '/pipeline', label: 'Pipeline', views: ['pipeline'] },
];

export function App() {
  const { pathname, search } = useAddress();
  const view = viewOf(pathname);
  const main = useRef<HTMLElement>(null);
  useTitle(view);
  useFocusOnView(main, pathname);
  const range = rangeParameters(rangeOf(search));
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <Link className="brand" href="/">
          <img src={icon} width="22" height="22" alt="" />
          Spanmill
        </Link>
        <nav aria-label="Views">
          {SECTIONS.map(({ path, label, views }) => (
            <Link
              key={path}
              href={path === '/compare' || path === '/pipeline' ? path : withQuery(path, range)}
              aria-current={views.includes(view.name) ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="bar-end">
          <TraceIdBox />
          <TenantSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={`view-${view.name}`}>
        <Suspense fallback={<Loading what="the view" />}>
          <ViewOf view={view} />
        </Suspense>
      </main>
    </>
  );
}

function ViewOf({ view }: { readonly view: View }) {
  switch (view.name) {
    case 'search':
      return <SearchView />;
    case 'trace':
      return <TraceView key={view.id} id={view.id} />;
    case 'compare':
      return <CompareView key={`${view.id}/${view.other}`} id={view.id} other={view.other} />;
    case 'services':
      return <ServicesView />;
    case 'service':
      return <ServiceView key={view.service} service={view.service} />;
    case 'map':
      return <MapView />;
    case 'pipeline':
      return <PipelineView />;
    case 'nowhere':
      return (
        <Notice title="There is no such page">
          <Link href="/search">Search for traces</Link>, or look at the <Link href="/services">services</Link>
          .
        </Notice>
      );
  }
}

const TITLES: Readonly<Record<View['name'], string>> = {
  search: 'Traces',
  trace: 'Trace',
  compare: 'Compare',
  services: 'Services',
  service: 'Service',
  map: 'Map',
  pipeline: 'Pipeline',
  nowhere: 'Not found',
};

function useTitle(view: View): void {
  const of = view.name === 'service' ? view.service : view.name === 'trace' ? view.id.slice(0, 8) : '';
  useEffect(() => {
    document.title = `${[TITLES[view.name], of].filter((part) => part !== '').join(' ')} · Spanmill`;
  }, [view.name, of]);
}

/** A reader with the keyboard or a screen reader goes on in the new view, not where the link was. */
function useFocusOnView(main: React.RefObject<HTMLElement | null>, pathname: string): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current !== pathname) main.current?.focus({ preventScroll: true });
    before.current = pathname;
  }, [main, pathname]);
}
