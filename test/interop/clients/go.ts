/** telemetrygen, the OpenTelemetry Collector's generator of spans, as `go install` builds it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { testHome } from '../../support/servers.ts';
import type { Toolchain } from '../client.ts';
import { need } from './run.ts';

const MODULE = 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen';
export const TELEMETRYGEN_VERSION = '0.161.0';
const BIN = join(testHome(), 'interop/go', TELEMETRYGEN_VERSION);
const BUILD_TIMEOUT_MS = 900_000;

export const TELEMETRYGEN = join(BIN, 'telemetrygen');

export const goToolchain: Toolchain = {
  name: 'Go',
  prepare: async () => {
    if (existsSync(TELEMETRYGEN)) return;
    mkdirSync(BIN, { recursive: true });
    const args = ['install', `${MODULE}@v${TELEMETRYGEN_VERSION}`];
    await need({ command: 'go', args, env: { GOBIN: BIN } }, BUILD_TIMEOUT_MS);
  },
};
