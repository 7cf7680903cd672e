import { describe, expect, test } from '@jest/globals';
import { openListenerFault } from '../../../../services/platform/tls/open_listener.ts';

const OPEN = {
  prefix: 'SPANMILL_COLLECTOR_',
  host: '0.0.0.0',
  credentialsFile: '',
  tlsClientCaFile: '',
  allowOpen: false,
};

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
