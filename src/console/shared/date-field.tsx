import { DateInput } from '@mantine/dates';
import dayjs from 'dayjs';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Written in the order that means the same everywhere, so that it can be typed in any language. */
const DAY = 'YYYY-MM-DD';
const MINUTE = 'YYYY-MM-DD HH:mm';
/** Half a date is not yet one: nothing is asked for while somebody types. */
const WHOLE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?$/;

interface DateFieldProps {
  label: string;
  description?: string;
  error?: ReactNode;
  required?: boolean;
  /** A day, or a minute with `withTime`, as it stands in the field; empty: none. */
  value: string;
  onChange: (value: string) => void;
  withTime?: boolean;
  size?: 'xs' | 'sm';
  presets?: { value: string; label: string }[];
}

/** A day (and a time), typed or picked from a calendar in the reader's language. */
export function DateField({ value, onChange, withTime = false, presets, ...field }: DateFieldProps) {
  const { t } = useTranslation();
  const format = withTime ? MINUTE : DAY;
  const placeholder = t(withTime ? 'date.minute' : 'date.day');
  const wrong = t('date.wrong', { form: placeholder });
  const input = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  return (
    <DateInput
      {...field}
      clearable
      withTime={withTime}
      valueFormat={format}
      dateParser={parse}
      placeholder={placeholder}
      // What is no date stays as it was typed, and keeps its form from being sent: it would go without it, unseen.
      fixOnBlur={false}
      ref={input}
      onInput={({ currentTarget }) => {
        const { value: typed } = currentTarget;
        currentTarget.setCustomValidity(typed.trim() === '' || parse(typed) !== null ? '' : wrong);
      }}
      onBlur={({ currentTarget: { validity } }) => setWrong(validity.customError)}
      error={isWrong ? wrong : field.error}
      value={value === '' ? null : value}
      onChange={(picked) => {
        input.current?.setCustomValidity('');
        setWrong(false);
        onChange(picked?.slice(0, format.length) ?? '');
      }}
      {...(presets === undefined ? {} : { presets })}
      clearButtonProps={{ 'aria-label': t('date.clear', { what: field.label }), tabIndex: 0 }}
      ariaLabels={{
        previousMonth: t('date.previousMonth'),
        nextMonth: t('date.nextMonth'),
        previousYear: t('date.previousYear'),
        nextYear: t('date.nextYear'),
        previousDecade: t('date.previousDecade'),
        nextDecade: t('date.nextDecade'),
        monthLevelControl: t('date.chooseMonth'),
        yearLevelControl: t('date.chooseYear'),
      }}
    />
  );
}

/** As the calendar writes what is picked. The 30th of February is no day, and not one of March. */
function parse(typed: string): string | null {
  const text = typed.trim();
  const at = dayjs(text);
  return WHOLE.test(text) && at.format(DAY) === text.slice(0, DAY.length) ? at.format('YYYY-MM-DD HH:mm:ss') : null;
}
