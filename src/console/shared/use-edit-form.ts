import { useForm, type UseFormInput, type UseFormReturnType } from '@mantine/form';
import { useUnsaved } from './unsaved.js';

/** A form that changes something: whoever leaves its page is asked where it holds what was not saved. */
export function useEditForm<Values extends object>(input: UseFormInput<Values>): UseFormReturnType<Values> {
  const form = useForm(input);
  useUnsaved(() => form.isDirty());
  return form;
}
