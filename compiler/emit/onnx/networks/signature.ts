/** The value that an attribute has where a node does not set it; null where it has none. */
export type AttributeDefault = number | string | readonly (number | string)[] | null;

/** What an operator takes from one version of the operator set on, until its next. */
export type Signature =
  | { readonly since: number; readonly gone: true }
  | {
      readonly since: number;
      readonly inputs: number;
      readonly outputs: number;
      readonly attributes: Readonly<Record<string, AttributeDefault>>;
    };
