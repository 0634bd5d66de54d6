import type { CombinedError } from 'urql';
import { problemOf } from './problem.js';

interface RefusedForm {
  values: object;
  setFieldError: (field: string, message: string) => void;
}

/** Puts a refusal of the gateway where its field is; what belongs to none of the form's at `otherwise`, if anywhere. */
export function showRefusal(form: RefusedForm, error: CombinedError, otherwise?: string): void {
  const { field, message } = problemOf(error);
  const parts = field?.split('.') ?? [];
  const name = parts.findLast((part) => part in form.values) ?? otherwise;
  if (name !== undefined) form.setFieldError(name, message);
}
