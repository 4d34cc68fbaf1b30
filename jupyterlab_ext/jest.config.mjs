// JupyterLab's packages are ES modules, which Jest runs as CommonJS: all of them are transformed.
export default {
  testEnvironment: 'jsdom',
  // They warn of what jsdom lacks, at length.
  silent: true,
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  setupFiles: ['<rootDir>/tests/setup.ts'],
  modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/labextensions/'],
  transform: {
    '\\.[jt]sx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' }
      }
    ]
  },
  transformIgnorePatterns: [],
  moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/tests/nothing.ts' }
};
