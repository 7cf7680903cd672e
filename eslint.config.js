import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const services = ['collector', 'processor', 'sink', 'query', 'cli', 'local'];

// core <- platform <- service <- main.ts; services share topics and schemas, never code.
// The CLI and the local stack sit on top: they start the services and read their configuration tables.
const layers = [
  {
    target: './services/core',
    from: './services',
    except: ['./core'],
    message: 'core is pure: it imports nothing outside core.',
  },
  {
    target: './services/platform',
    from: './services',
    except: ['./core', './platform'],
    message: 'platform knows core only.',
  },
  ...services
    .filter((service) => service !== 'cli' && service !== 'local')
    .map((service) => ({
      target: `./services/${service}`,
      from: './services',
      except: ['./core', './platform', `./${service}`],
      message: 'services never import each other.',
    })),
  {
    target: './services/web',
    from: './services',
    except: ['./core', './web'],
    message: 'the page runs in a browser: it knows core only.',
  },
];

const adapterPackages = [
  'kafkajs',
  '@platformatic/kafka',
  '@clickhouse/client',
  'pino',
  'prom-client',
  '@grpc/grpc-js',
];

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      '.spanmill/',
      'proto/generated/',
      'test-output/',
      'coverage/',
      'services/web/dist/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } },
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: layers }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'no-console': 'error',
    },
  },
  {
    // Time, randomness and environment are parameters everywhere but at the edge, which in the page are components (.tsx).
    files: ['services/**/*.ts'],
    ignores: ['services/platform/**', 'services/**/main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a clock as a parameter.' },
        { object: 'Math', property: 'random', message: 'Take a source of randomness as a parameter.' },
        { object: 'process', property: 'env', message: 'Read configuration in main.ts.' },
        { object: 'process', property: 'exit', message: 'Only platform/run.ts ends the process.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: adapterPackages.map((name) => ({ name, message: 'Only platform/ talks to this package.' })),
        },
      ],
    },
  },
  {
    files: ['services/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|[^.])', message: 'core imports nothing outside core.' }] },
      ],
    },
  },
  {
    // Bounds are checked once at framing; leaves below trust them (house style, hot path).
    files: ['services/core/wire/**/*.ts', 'services/core/thrift/**/*.ts', 'services/core/native/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
