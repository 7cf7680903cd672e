/** All services with their figures, most calls first. */
import type { Services } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { serviceHues } from '../format/hues.ts';
import { useAddress } from '../router/use_address.ts';
import { Link } from '../router/link.tsx';
import { rangeOf, servicePath } from '../router/view.ts';
import { NoData } from '../ui/no_data.tsx';
import { Failure, Loading } from '../ui/notice.tsx';
import { RangePicker } from '../ui/range_picker.tsx';
import { RedCells, RedHeads } from '../ui/red_cells.tsx';
import { ServiceName } from '../ui/service_name.tsx';
import { Sparkline } from '../ui/sparkline.tsx';

export default function ServicesView() {
  const range = rangeOf(useAddress().search);
  const { value, error, again } = useAnswer<Services>('/api/v1/services', { ...range });
  const hues = serviceHues(value?.services.map(({ service }) => service) ?? []);
  return (
    <>
      <div className="page-head">
        <h1>Services</h1>
        <div className="end">
          <RangePicker />
        </div>
      </div>
      {error !== null && <Failure error={error} again={again} />}
      {value === null && error === null && <Loading what="services" />}
      {value?.services.length === 0 && <NoData />}
      {value !== null && value.services.length > 0 && (
        <div className="panel scroll-x" tabIndex={0} role="region" aria-label="Services">
          <table>
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">Calls over time</th>
                <RedHeads />
              </tr>
            </thead>
            <tbody>
              {value.services.map((service) => (
                <tr key={service.service}>
                  <th scope="row">
                    <Link href={servicePath(service.service, range)}>
                      <ServiceName service={service.service} hue={hues.get(service.service)} />
                    </Link>
                  </th>
                  <td>
                    <Sparkline {...service.sparkline} />
                  </td>
                  <RedCells red={service} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
