import { describe, expect, test } from '@jest/globals';
import {
  openListenerFault,
  openUdpFault,
  requireClosed,
} from '../../../../services/platform/tls/open_listener.ts';

const OPEN = {
  prefix: 'SPANMILL_COLLECTOR_',
  host: '0.0.0.0',
  credentialsFile: '',
  tlsClientCaFile: '',
  allowOpen: false,
};

describe('a port for UDP', () => {
  const ENVS = ['SPANMILL_COLLECTOR_A_PORT', 'SPANMILL_COLLECTOR_B_PORT'];

  test('is a fault beyond this machine, credentials or not, since nobody can be asked for them there', () => {
    const access = { ...OPEN, credentialsFile: '/etc/credentials' };
    expect(openUdpFault(access, ENVS)).toContain(
      'SPANMILL_COLLECTOR_A_PORT=off and SPANMILL_COLLECTOR_B_PORT=off',
    );
    expect(() => requireClosed(access, ENVS)).toThrow('by UDP from everybody');
    expect(() => requireClosed(access, [])).not.toThrow();
  });

  test('is none on loopback, and where it is meant', () => {
    expect(openUdpFault({ ...OPEN, host: '127.0.0.1' }, ENVS)).toBeNull();
    expect(openUdpFault({ ...OPEN, allowOpen: true }, ENVS)).toBeNull();
  });
});

describe('a listener that lets in everybody', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', 'localhost'])(
    'is no fault on %s, which others do not reach',
    (host) => {
      expect(openListenerFault({ ...OPEN, host })).toBeNull();
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.7', '::ffff:10.0.0.7', 'collector.example', 'localhost.example'])(
    'is a fault on %s',
    (host) => {
      const fault = openListenerFault({ ...OPEN, host });
      expect(fault).toContain(`SPANMILL_COLLECTOR_HOST=${host}`);
      expect(fault).toContain('SPANMILL_COLLECTOR_CREDENTIALS_FILE');
      expect(fault).toContain('SPANMILL_COLLECTOR_TLS_CLIENT_CA_FILE');
      expect(fault).toContain('SPANMILL_COLLECTOR_ALLOW_OPEN=true');
    },
  );

  test('is none with credentials, with certificates of clients, and where it is meant', () => {
    expect(openListenerFault({ ...OPEN, credentialsFile: '/etc/credentials' })).toBeNull();
    expect(openListenerFault({ ...OPEN, tlsClientCaFile: '/etc/ca.crt' })).toBeNull();
    expect(openListenerFault({ ...OPEN, allowOpen: true })).toBeNull();
  });
});
