import './service_name.css';

interface ServiceNameProps {
  readonly service: string;
  readonly hue: number | undefined;
}

/** A service with the square of its colour. */
export function ServiceName({ service, hue = 11 }: ServiceNameProps) {
  return (
    <span className={`service-name hue-${hue}`}>
      <span className="swatch" aria-hidden="true" />
      {service}
    </span>
  );
}
