import type { Attributes } from '../api/answers.ts';
import { Link } from '../router/link.tsx';
import { searchPath, DEFAULT_RANGE } from '../router/view.ts';

interface AttributeTableProps {
  readonly attributes: Attributes;
  /** A span's attributes can be searched for; null where there is no such search. */
  readonly service: string | null;
  readonly ofResource?: boolean;
}

export function AttributeTable({ attributes, service, ofResource = false }: AttributeTableProps) {
  const pairs = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return null;
  return (
    <table className="attributes">
      <tbody>
        {pairs.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td>
              <span className="attribute-value">{value}</span>
              {service !== null && !ofResource && value.length < 200 && (
                <Link
                  className="attribute-search"
                  href={searchPath({ service, attribute: `${key}=${value}` }, DEFAULT_RANGE)}
                  aria-label={`Traces with ${key}=${value}`}
                  title="Traces with the same"
                >
                  find
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
