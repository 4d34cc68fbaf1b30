// JupyterLab's packages are ES modules, which Jest runs as CommonJS: all of them are transformed.
const swc = ({ tsx }) => ({
  jsc: { parser: { syntax: 'typescript', tsx }, target: 'es2022' },
  module: { type: 'commonjs' }
});

export default {
  testEnvironment: 'jsdom',
  // They warn of what jsdom lacks, at length.
  silent: true,
  testMatch: ['<rootDir>/tests/**/*.test.{ts,tsx}'],
  setupFiles: ['<rootDir>/tests/setup.ts'],
  modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/labextensions/'],
  transform: {
    '\\.[jt]s$': ['@swc/jest', swc({ tsx: false })],
    '\\.tsx$': ['@swc/jest', swc({ tsx: true })]
  },
  transformIgnorePatterns: [],
  moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/tests/nothing.ts' }
};
