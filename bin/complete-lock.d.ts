export interface LockFile {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dev?: boolean; readonly optionalDependencies?: Readonly<Record<string, string>> }
    >
  >;
}

export function missingEntries(lock: LockFile): Record<string, unknown>;
