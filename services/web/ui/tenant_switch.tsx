/** For readers who may see the data of several tenants; nobody else sees it. */
import type { Tenants } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { changeSearch } from '../router/use_address.ts';

export function TenantSwitch() {
  const { value } = useAnswer<Tenants>('/api/v1/tenants');
  if (value === null || value.tenants.every((tenant) => tenant === value.tenant)) return null;
  const tenants = [...new Set([...value.tenants, value.tenant])].sort();
  return (
    <select
      aria-label="Tenant"
      value={value.tenant}
      onChange={(event) => changeSearch({ tenant: event.target.value }, { replace: false })}
    >
      {tenants.map((tenant) => (
        <option key={tenant}>{tenant}</option>
      ))}
    </select>
  );
}
